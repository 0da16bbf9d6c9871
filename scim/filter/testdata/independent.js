// Reads [{"filter", "resource"}, ...] and prints for each what scim2-parse-filter makes of it: true, false or its error.
const { parse, filter } = require('scim2-parse-filter');

let input = '';
process.stdin.on('data', (part) => { input += part; });
process.stdin.on('end', () => {
  const decided = JSON.parse(input).map((one) => {
    try {
      return filter(parse(one.filter))(one.resource);
    } catch (error) {
      return String(error);
    }
  });
  process.stdout.write(JSON.stringify(decided));
});
