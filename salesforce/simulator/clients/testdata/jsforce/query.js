// Questions, large and small.
const { story, world, connect, jsforce } = require('./story');

const conn = connect();

story({
  'a page holds 2,000 records': async () => {
    const page = await conn.query('SELECT Id, Username FROM User ORDER BY Id');
    return { totalSize: page.totalSize === world.people, done: page.done, records: page.records.length, next: /\/services\/data\/v66\.0\/query\/0r8\w{15}-2000$/.test(page.nextRecordsUrl) };
  },
  'the next pages come by their address': async () => {
    let page = await conn.query('SELECT Id FROM User ORDER BY Id');
    const sizes = [page.records.length];
    while (!page.done) {
      page = await conn.queryMore(page.nextRecordsUrl);
      sizes.push(page.records.length);
    }
    return { pages: sizes.length, last: page.done, sum: sizes.reduce((a, b) => a + b) === world.people };
  },
  'all of them by autoFetch': async () => {
    const records = await conn.query('SELECT Id FROM User ORDER BY Id', { autoFetch: true, maxFetch: 10000 });
    return { all: records.records.length === world.people, distinct: new Set(records.records.map((r) => r.Id)).size === world.people };
  },
  'smaller pages on request': async () => {
    const page = await conn.query('SELECT Id FROM User', { headers: { 'Sforce-Query-Options': 'batchSize=200' } });
    return page.records.length;
  },
  'a count': () => conn.query('SELECT COUNT() FROM User'),
  'conditions in words': async () => {
    const found = await conn.sobject('User')
      .find({ IsActive: true, Username: { $like: 'admin@%' } }, 'Id, Username, Profile.Name, UserRole.Name')
      .sort({ Username: 1 }).limit(5);
    return found.map((u) => [u.Username, u.Profile.Name, u.UserRole && u.UserRole.Name]);
  },
  'children in their parent': async () => {
    const found = await conn.query("SELECT Name, (SELECT Username FROM Users WHERE Username = 'admin@acme.example') FROM Profile WHERE Name = 'System Administrator'");
    const [profile] = found.records;
    return [profile.Name, profile.Users.totalSize, profile.Users.records[0].Username];
  },
  'groups with counts': async () => {
    const found = await conn.query("SELECT Profile.Name name, COUNT(Id) n FROM User WHERE ProfileId != null AND IsActive = true GROUP BY Profile.Name ORDER BY Profile.Name LIMIT 1");
    return found.records.map((r) => [r.attributes, r.name, r.n > 0]);
  },
  'a quote in a value is escaped': () => conn.sobject('User').count({ LastName: "O'Neil" }),
  'a backslash is not, which is refused': () => conn.sobject('User').count({ LastName: 'Back\\slash' }),
  'dates': async () => {
    const since = jsforce.SfDate.toDateTimeLiteral(new Date(0));
    return (await conn.sobject('User').count({ CreatedDate: { $gt: since } })) === world.people;
  },
  'the object is described': async () => {
    const d = await conn.sobject('User').describe();
    const field = (name) => {
      const { type, length, nillable, createable, updateable, filterable, unique, idLookup, restrictedPicklist } = d.fields.find((f) => f.name === name);
      return { type, length, nillable, createable, updateable, filterable, unique, idLookup, restrictedPicklist };
    };
    return { name: d.name, keyPrefix: d.keyPrefix, deletable: d.deletable, Username: field('Username'), UserRoleId: field('UserRoleId'), LocaleSidKey: field('LocaleSidKey') };
  },
  'all objects are described': async () => {
    const d = await conn.describeGlobal();
    const user = d.sobjects.find((o) => o.name === 'User');
    return { encoding: d.encoding, maxBatchSize: d.maxBatchSize, User: [user.label, user.keyPrefix, user.urls.describe], Profile: d.sobjects.some((o) => o.name === 'Profile') };
  },
  'a search': async () => {
    const found = await conn.search("FIND {admin} IN ALL FIELDS RETURNING User(Id, Username)");
    return found.searchRecords.map((r) => r.Username);
  },
  'what was changed lately': async () => {
    const now = Date.now();
    const { id } = await conn.sobject('Group').create({ Name: 'Gone', DeveloperName: 'Gone', Type: 'Regular' });
    const updated = await conn.sobject('Group').updated(new Date(now - 3600e3).toISOString(), new Date(now + 3600e3).toISOString());
    await conn.sobject('Group').destroy(id);
    const deleted = await conn.sobject('Group').deleted(new Date(now - 3600e3).toISOString(), new Date(now + 3600e3).toISOString());
    return [updated.ids.includes(id), deleted.deletedRecords.map((r) => r.id === id)];
  },
  'the resources of the version': async () => Object.keys(await conn.request('/')).filter((name) => ['sobjects', 'query', 'limits', 'identity'].includes(name)).sort(),
  'the limits': async () => {
    const { DailyApiRequests } = await conn.limits();
    return { Max: DailyApiRequests.Max, less: DailyApiRequests.Remaining < DailyApiRequests.Max, usage: conn.limitInfo.apiUsage.limit };
  },
});
