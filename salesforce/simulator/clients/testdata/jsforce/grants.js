// The flows without a browser.
const { story, world, org, app, jsforce } = require('./story');

const login = (more) => new jsforce.Connection({ oauth2: app(more), version: '66.0' });

story({
  'by client credentials': async () => {
    const conn = login();
    const user = await conn.authorize({ grant_type: 'client_credentials' });
    return [user, conn.instanceUrl, conn.refreshToken ?? null, (await conn.identity()).username];
  },
  'by username and password': async () => {
    const conn = login();
    const user = await conn.login(world.username, world.password);
    return [user, (await conn.query('SELECT COUNT() FROM Organization')).totalSize];
  },
  'by username and password, whose session is renewed by both again': async () => {
    const conn = login();
    await conn.login(world.username, world.password);
    const first = conn.accessToken;
    await org.expireSessions();
    return [(await conn.query('SELECT COUNT() FROM Organization')).totalSize, conn.accessToken !== first];
  },
  'by a wrong password': () => login().login(world.username, 'wrong'),
  'by a wrong secret': () => login({ clientSecret: 'wrong' }).authorize({ grant_type: 'client_credentials' }),
  'by a flow that does not exist': () => login().authorize({ grant_type: 'hope' }),
});
