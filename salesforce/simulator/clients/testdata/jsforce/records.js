// One record at a time and many at once.
const { story, org, connect } = require('./story');

const conn = connect();
const users = conn.sobject('User');
const person = (name, more = {}) => ({
  Username: `${name}@acme.example`, LastName: name, Email: `${name}@acme.example`, Alias: name.slice(0, 8), ProfileId: profile,
  TimeZoneSidKey: 'Europe/Berlin', LocaleSidKey: 'en_US', EmailEncodingKey: 'UTF-8', LanguageLocaleKey: 'en_US', ...more,
});
let profile;
let ada;
let many;

story({
  'find the profile': async () => {
    const found = await conn.sobject('Profile').findOne({ Name: 'Standard User' }, ['Id', 'Name', 'UserLicense.Name']);
    profile = found.Id;
    return { Name: found.Name, License: found.UserLicense.Name, type: found.attributes.type, url: found.attributes.url };
  },
  'create one': async () => {
    const made = await users.create(person('Ada', { FirstName: 'Ada', Department: 'Analysis' }));
    ada = made.id;
    return made;
  },
  'read it back': async () => {
    const user = await users.retrieve(ada);
    const { attributes, Id, Username, Name, IsActive, Department, UserRoleId, ProfileId, EmailPreferencesAutoBcc, CreatedDate, Address } = user;
    return {
      attributes, Id, Username, Name, IsActive, Department, UserRoleId, EmailPreferencesAutoBcc, Address,
      ProfileId: ProfileId === profile, CreatedDate: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/.test(CreatedDate),
      fields: Object.keys(user).length > 100,
    };
  },
  'read some of its fields': () => users.retrieve(ada, { fields: ['Username', 'alias'] }),
  'update it': () => users.update({ Id: ada, Title: 'Countess', Department: null }),
  'the update is there': () => users.findOne({ Id: ada }, ['Title', 'Department']),
  'an e-mail address waits for its owner': async () => {
    await users.update({ Id: ada, Email: 'countess@acme.example' });
    const before = (await users.retrieve(ada)).Email;
    await org.confirmEmail(ada);
    return [before, (await users.retrieve(ada)).Email];
  },
  'upsert by Username changes the one who is there': async () => {
    const answer = await users.upsert({ Username: 'ada@acme.example', Title: 'Analyst' }, 'Username');
    return { ...answer, id: answer.id === ada };
  },
  'upsert by Username makes the one who is not': () => users.upsert(person('Charles'), 'Username'),
  'create three, one of them badly': () => users.create([person('Grace'), person('Ada'), person('Alan')]),
  'create three or none': () => users.create([person('Edsger'), person('Ada'), person('Barbara')], { allOrNone: true }),
  'nobody of those was made': () => users.count({ LastName: { $in: ['Edsger', 'Barbara'] } }),
  'update two': async () => {
    many = await users.find({ LastName: { $in: ['Grace', 'Alan'] } }, ['Id', 'LastName']).sort('LastName');
    return users.update(many.map((one) => ({ Id: one.Id, Department: `of ${one.LastName}` })));
  },
  'retrieve two of three ids': async () => {
    const got = await users.retrieve([...many.map((one) => one.Id), '005000000000000AAA']);
    return got.map((one) => one && [one.LastName, one.Department]);
  },
  'two hundred at once': async () => {
    const made = await users.create(Array.from({ length: 200 }, (_, i) => person(`Many${i}`)));
    return { made: made.length, well: made.filter((one) => one.success).length };
  },
  'more than two hundred are split where that is allowed': async () => {
    const made = await users.create(Array.from({ length: 230 }, (_, i) => person(`More${i}`)), { allowRecursive: true });
    return { made: made.length, well: made.filter((one) => one.success).length };
  },
  'assign a permission set, twice': async () => {
    const set = await conn.sobject('PermissionSet').findOne({ IsOwnedByProfile: false }, ['Id', 'Name']);
    const assign = () => conn.sobject('PermissionSetAssignment').create({ AssigneeId: ada, PermissionSetId: set.Id });
    const first = await assign();
    return [first, await assign().catch((e) => ({ thrown: e.errorCode, message: e.message }))];
  },
  'take assignments away': async () => {
    const mine = await conn.sobject('PermissionSetAssignment').find({ AssigneeId: ada, 'PermissionSet.IsOwnedByProfile': false }, ['Id']);
    return conn.sobject('PermissionSetAssignment').destroy(mine.map((one) => one.Id));
  },
  'make and delete a group': async () => {
    const group = await conn.sobject('Group').create({ Name: 'Analysts', DeveloperName: 'Analysts', Type: 'Regular' });
    const member = await conn.sobject('GroupMember').create({ GroupId: group.id, UserOrGroupId: ada });
    return [member, await conn.sobject('GroupMember').destroy(member.id), await conn.sobject('Group').destroy(group.id)];
  },
  'several calls in one': async () => {
    const answer = await conn.requestPost('/composite', {
      allOrNone: true,
      compositeRequest: [
        { method: 'POST', url: '/services/data/v66.0/sobjects/User', referenceId: 'person', body: person('Kurt') },
        { method: 'GET', url: '/services/data/v66.0/sobjects/User/@{person.id}?fields=Name', referenceId: 'again' },
      ],
    });
    return answer.compositeResponse.map((one) => [one.referenceId, one.httpStatusCode, one.body.success ?? one.body.Name]);
  },
  'set a password': () => conn.requestPost(`/sobjects/User/${ada}/password`, { NewPassword: 'Analytical1843' }),
  'freeze somebody': async () => {
    const login = await conn.sobject('UserLogin').findOne({ 'IsFrozen': false }, ['Id', 'UserId']);
    await conn.sobject('UserLogin').update({ Id: login.Id, IsFrozen: true });
    return (await conn.sobject('UserLogin').retrieve(login.Id)).IsFrozen;
  },
});
