// A bad day of the org, and what a client makes of it.
const { story, world, org, connect } = require('./story');

const conn = connect();
const users = conn.sobject('User');

story({
  'a maintenance page is waited for': async () => {
    await org.weather({ kind: 'maintenance', next: 1 });
    return (await conn.query('SELECT Id FROM Organization')).totalSize;
  },
  'a connection that is reset before the answer to a question is tried again': async () => {
    await org.weather({ kind: 'reset-before', next: 1 });
    return (await conn.query('SELECT Id FROM Organization')).totalSize;
  },
  'a locked row is an error, for the program to try again': async () => {
    await org.weather({ kind: 'row-lock', next: 1 });
    const refused = await users.update({ Id: world.userId, Title: 'x' }).catch((e) => e.errorCode);
    return [refused, (await users.update({ Id: world.userId, Title: 'x' })).success];
  },
  'an allocation that is used up is an error': async () => {
    await org.weather({ kind: 'request-limit', next: 1 });
    return conn.query('SELECT Id FROM Organization');
  },
  'a write whose answer gets lost is done all the same': async () => {
    await org.weather({ kind: 'reset-after', next: 1, method: 'PATCH' });
    const lost = await users.update({ Id: world.userId, Title: 'Lost' }).catch((e) => e.code ?? e.name);
    return [lost, (await users.retrieve(world.userId, { fields: ['Title'] })).Title];
  },
  'an expired session is an error without a refresh token': async () => {
    await org.weather({ kind: 'expired-session', next: 1 });
    return conn.query('SELECT Id FROM Organization');
  },
});
