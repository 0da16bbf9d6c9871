// How an app gets in, stays in and leaves.
const { story, world, person, app, connect, jsforce } = require('./story');

const oauth2 = app({ useVerifier: true });
const conn = new jsforce.Connection({ oauth2, version: '66.0' });
let code;

story({
  'a person denies the app': async () => {
    const landed = await person.deny(oauth2.getAuthorizationUrl({ scope: 'api id refresh_token', state: 'x y' }));
    return Object.fromEntries(landed.searchParams);
  },
  'a person allows the app': async () => {
    const landed = await person.allow(oauth2.getAuthorizationUrl({ scope: 'api id refresh_token', state: 'x y' }));
    code = landed.searchParams.get('code');
    return { at: landed.origin + landed.pathname, state: landed.searchParams.get('state'), code: code.length > 40 };
  },
  'a code without its verifier is refused': async () => {
    const landed = await person.allow(oauth2.getAuthorizationUrl({}));
    return new jsforce.Connection({ oauth2: app() }).authorize(landed.searchParams.get('code'));
  },
  'the code becomes a session': async () => {
    const user = await conn.authorize(code);
    return {
      user, instanceUrl: conn.instanceUrl === world.address,
      accessToken: conn.accessToken.startsWith(user.organizationId.slice(0, 15) + '!'), refreshToken: conn.refreshToken.slice(0, 7),
    };
  },
  'a code serves once': () => new jsforce.Connection({ oauth2 }).authorize(code),
  'the session knows whose it is': async () => {
    const i = await conn.identity();
    return { username: i.username, name: i.display_name, org: i.organization_id, user: i.user_id, active: i.active, rest: i.urls.rest };
  },
  'the refresh token gives a new session': async () => {
    const answer = await conn.oauth2.refreshToken(conn.refreshToken);
    return { keys: Object.keys(answer), type: answer.token_type, scope: answer.scope, changed: answer.access_token !== conn.accessToken };
  },
  'a wrong secret is refused': () => app({ clientSecret: 'wrong' }).refreshToken(conn.refreshToken),
  'an unknown app is refused': () => app({ clientId: 'nobody' }).refreshToken(conn.refreshToken),
  'a made-up refresh token is refused': () => app().refreshToken('5Aep861madeup'),
  'the identity service refuses a made-up token': async () => {
    const stranger = connect({ accessToken: 'madeup' });
    stranger.userInfo = conn.userInfo;
    return stranger.identity();
  },
  'a second connection of the same person works beside the first': async () => {
    const other = new jsforce.Connection({ oauth2: app(), version: '58.0' });
    const landed = await person.allow(other.oauth2.getAuthorizationUrl({}));
    await other.authorize(landed.searchParams.get('code'));
    const [mine, yours] = await Promise.all([conn.query('SELECT COUNT() FROM Organization'), other.query('SELECT COUNT() FROM Organization')]);
    await other.logout();
    return [mine.totalSize, yours.totalSize];
  },
  'logging out ends the session': async () => {
    const token = conn.accessToken;
    const refreshToken = conn.refreshToken;
    await conn.logout();
    conn.refreshToken = refreshToken;
    return connect({ accessToken: token }).query('SELECT Id FROM Organization');
  },
  'the grant outlives the session': async () => {
    const renewed = new jsforce.Connection({ oauth2: app(), instanceUrl: world.address, refreshToken: conn.refreshToken });
    const { totalSize } = await renewed.query('SELECT Id FROM Organization');
    await renewed.logout(true);
    return totalSize;
  },
  'revoking ends the grant': () => app().refreshToken(conn.refreshToken),
});
