// story runs named steps one after the other and prints what each of them came to, as one JSON object. The world (addresses,
// the app, the administrator) comes as JSON on standard input; person and org are the test's levers.
const fs = require('node:fs');
const jsforce = require('jsforce');

const world = JSON.parse(fs.readFileSync(0, 'utf8'));

async function pull(lever, body = '') {
  const answer = await fetch(`${world.levers}/${lever}`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`lever ${lever}: ${await answer.text()}`);
  return answer.text();
}

const person = {
  // allow logs in at the authorize URL, presses Allow and returns the address that the browser is sent to.
  allow: async (url) => new URL(await pull('allow', url)),
  deny: async (url) => new URL(await pull('deny', url)),
};

const org = {
  expireSessions: () => pull('expire'),
  weather: (rule) => pull('weather', JSON.stringify(rule)),
  confirmEmail: (id) => pull('confirm-email', id),
};

const app = (more = {}) => new jsforce.OAuth2({
  loginUrl: world.address, clientId: world.key, clientSecret: world.secret, redirectUri: world.callback, ...more,
});

// connect is a connection that was authorized before.
const connect = (more = {}) => new jsforce.Connection({
  instanceUrl: world.address, accessToken: world.token, version: '66.0', ...more,
});

async function story(steps) {
  const told = {};
  for (const [name, step] of Object.entries(steps)) {
    try {
      told[name] = (await step()) ?? null;
    } catch (e) {
      told[name] = { thrown: e.errorCode ?? e.name, message: e.message };
      if (e.data?.fields?.length) told[name].fields = e.data.fields;
    }
  }
  process.stdout.write(JSON.stringify(told));
}

module.exports = { story, world, person, org, app, connect, jsforce };
