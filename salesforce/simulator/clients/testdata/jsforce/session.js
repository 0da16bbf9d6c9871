// What happens to a client whose session ends while it works.
const { story, world, org, app, connect, jsforce } = require('./story');

const renewable = (refreshToken) => new jsforce.Connection({
  oauth2: app(), instanceUrl: world.address, accessToken: world.token, refreshToken, version: '66.0',
});

const conn = renewable(world.refreshToken);
let renewed = 0;
conn.on('refresh', () => renewed++);

story({
  'a session that expires in the middle is renewed': async () => {
    const before = await conn.query('SELECT COUNT() FROM User');
    await org.expireSessions();
    const after = await conn.query('SELECT COUNT() FROM User');
    return { same: before.totalSize === after.totalSize, renewed };
  },
  'one that expires between two pages is renewed, and no record is missing': async () => {
    const seen = new Set();
    await new Promise((resolve, reject) => {
      let expired = false;
      const query = conn.query('SELECT Id FROM User ORDER BY Id');
      query.on('record', (record, number) => {
        seen.add(record.Id);
        if (number === 1500 && !expired) {
          expired = true;
          org.expireSessions().catch(reject);
        }
      });
      query.on('end', resolve).on('error', reject);
      query.run({ autoFetch: true, maxFetch: 10000 });
    });
    const { totalSize } = await conn.query('SELECT COUNT() FROM User');
    return { all: seen.size === totalSize, moreThanOnePage: totalSize > 2000, renewed };
  },
  'calls at the same time share one renewal': async () => {
    await org.expireSessions();
    const before = renewed;
    const answers = await Promise.all(Array.from({ length: 5 }, () => conn.query('SELECT COUNT() FROM User')));
    return { answers: answers.length, renewals: renewed - before };
  },
  'without a refresh token it is an error': async () => {
    const bare = connect();
    return bare.query('SELECT Id FROM User LIMIT 1');
  },
  'with a made-up one it is an error': () => renewable('5Aep861madeup').query('SELECT Id FROM User LIMIT 1'),
});
