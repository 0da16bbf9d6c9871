// The flows without a browser.
const { story, world, org, app, connect, jsforce } = require('./story');

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
  'by SOAP, as the first tutorial has it': async () => {
    const conn = new jsforce.Connection({ loginUrl: world.address, version: '58.0', logLevel: 'NONE' });
    const user = await conn.login(world.username, world.password);
    const { totalSize } = await conn.query('SELECT Id FROM Organization');
    const { accessToken: token, instanceUrl } = conn;
    await conn.logout();
    const after = await connect({ accessToken: token }).query('SELECT Id FROM Organization').catch((e) => e.errorCode);
    return [user.organizationId, instanceUrl, totalSize, after];
  },
  'by SOAP with a wrong password': () => new jsforce.Connection({ loginUrl: world.address, version: '58.0', logLevel: 'NONE' }).login(world.username, 'wrong'),
  'by a flow that does not exist': () => login().authorize({ grant_type: 'hope' }),
});
