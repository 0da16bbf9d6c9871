// Reads [{"resource", "operations"}, ...] and prints for each what scim-patch makes of it: {"resource"} or {"error"}.
const { scimPatch } = require('scim-patch');

let input = '';
process.stdin.on('data', (part) => { input += part; });
process.stdin.on('end', () => {
  const done = JSON.parse(input).map((one) => {
    try {
      return { resource: scimPatch(one.resource, one.operations) };
    } catch (error) {
      return { error: `${error.constructor.name}: ${error.message}` };
    }
  });
  process.stdout.write(JSON.stringify(done));
});
