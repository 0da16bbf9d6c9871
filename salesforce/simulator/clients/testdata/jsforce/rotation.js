// jsforce does not keep the successor of a refresh token. An org that rotates them ends everything at the second renewal.
const { story, world, org, app, jsforce } = require('./story');

const conn = new jsforce.Connection({
  oauth2: app(), instanceUrl: world.address, accessToken: world.token, refreshToken: world.refreshToken, version: '66.0',
});
let successor;
conn.on('refresh', (_, answer) => { successor = answer.refresh_token; });

story({
  'the first renewal succeeds': async () => {
    await org.expireSessions();
    return (await conn.query('SELECT Id FROM Organization')).totalSize;
  },
  'its answer holds a new refresh token, which jsforce drops': () => [successor !== world.refreshToken, conn.refreshToken === world.refreshToken],
  'so the second renewal presents the old one': async () => {
    await org.expireSessions();
    return conn.query('SELECT Id FROM Organization');
  },
  'which ended the successor too': () => app().refreshToken(successor),
});
