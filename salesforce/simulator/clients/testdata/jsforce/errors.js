// What a client is told when it is wrong.
const { story, world, connect } = require('./story');

const conn = connect();
const users = conn.sobject('User');
const person = (more) => ({
  Username: 'new@acme.example', LastName: 'New', Email: 'new@acme.example', Alias: 'new', ProfileId: world.standardProfile,
  TimeZoneSidKey: 'Europe/Berlin', LocaleSidKey: 'en_US', EmailEncodingKey: 'UTF-8', LanguageLocaleKey: 'en_US', ...more,
});

story({
  'a Username that is taken': () => users.create(person({ Username: world.username })),
  'fields that are missing': () => users.create({ LastName: 'New', Username: 'new@acme.example' }),
  'a value outside a picklist': () => users.create(person({ TimeZoneSidKey: 'Europe/Atlantis' })),
  'a field that does not exist': () => users.create(person({ Nope: 1 })),
  'a text that is too long': () => users.create(person({ Alias: 'much too long' })),
  'an e-mail address that is none': () => users.create(person({ Email: 'nobody' })),
  'a reference to nothing': () => users.create(person({ ProfileId: '00e000000000000AAA' })),
  'an id that is none': () => users.update({ Id: 'nope', Title: 'x' }),
  'a record that is not there': () => users.retrieve('005000000000000AAA'),
  'an object that does not exist': () => conn.sobject('Nope').retrieve('005000000000000AAA'),
  'a user cannot be deleted': () => users.destroy(world.userId),
  'a query that is none': () => conn.query('SELECT Id FORM User'),
  'a query of a field that does not exist': () => conn.query('SELECT Nope FROM User'),
  'a query of an object that does not exist': () => conn.query('SELECT Id FROM Nope'),
  'a resource that does not exist': () => conn.request('/nope'),
  'a version that does not exist': () => connect({ version: '999.0' }).query('SELECT Id FROM User'),
  'a session that never was': () => connect({ accessToken: 'nope' }).query('SELECT Id FROM User'),
  'upsert without the value': () => users.upsert({ LastName: 'x' }, 'Username'),
});
