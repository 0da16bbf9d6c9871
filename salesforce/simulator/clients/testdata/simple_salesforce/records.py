"""One record at a time, many at once, and questions, with a session that was made elsewhere."""
from datetime import datetime, timedelta, timezone

from simple_salesforce import Salesforce, format_soql

from story import lever, step, tell, world

sf = Salesforce(instance_url=world['address'], session_id=world['token'])
made = {}


def person(name, **more):
    return {
        'Username': f'{name}@acme.example', 'LastName': name, 'Email': f'{name}@acme.example', 'Alias': name[:8],
        'ProfileId': world['standardProfile'], 'TimeZoneSidKey': 'Europe/Berlin', 'LocaleSidKey': 'en_US',
        'EmailEncodingKey': 'UTF-8', 'LanguageLocaleKey': 'en_US', **more,
    }


@step('create one')
def _():
    answer = sf.User.create(person('ada', FirstName='Ada'))
    made['ada'] = answer['id']
    return answer


@step('read it back')
def _():
    user = sf.User.get(made['ada'])
    return {name: user[name] for name in ('attributes', 'Id', 'Username', 'Name', 'IsActive', 'UserType')}


@step('read it by Username')
def _():
    return sf.User.get_by_custom_id('Username', 'ada@acme.example')['Id'] == made['ada']


@step('update it')
def _():
    return sf.User.update(made['ada'], {'Title': 'Countess', 'IsActive': True})


@step('upsert changes the one who is there')
def _():
    return sf.User.upsert('Username/ada@acme.example', {'Department': 'Analysis'})


@step('upsert makes the one who is not')
def _():
    return sf.User.upsert('Username/charles@acme.example', {k: v for k, v in person('charles').items() if k != 'Username'})


@step('the changes are there')
def _():
    return sf.query(format_soql('SELECT Title, Department FROM User WHERE Id = {}', made['ada']))


@step('a quote in a value is escaped')
def _():
    sf.User.create(person('oneil', FirstName='Tip', LastName="O'Neil \\ Sons"))
    return sf.query(format_soql('SELECT Username FROM User WHERE LastName = {}', "O'Neil \\ Sons"))['records'][0]['Username']


@step('a list of values')
def _():
    found = sf.query(format_soql('SELECT Username FROM User WHERE Username IN {} ORDER BY Username',
                                 ['ada@acme.example', 'charles@acme.example', 'nobody@acme.example']))
    return [user['Username'] for user in found['records']]


@step('more than 2,000 in one list')
def _():
    found = sf.query_all('SELECT Id FROM User')
    return {'all': found['totalSize'] == world['people'] + 3, 'distinct': len({u['Id'] for u in found['records']}) == world['people'] + 3,
            'done': found['done']}


@step('more than 2,000 one after the other')
def _():
    return sum(1 for _ in sf.query_all_iter('SELECT Id, Username, Profile.Name FROM User')) == world['people'] + 3


@step('deleted records too')
def _():
    group = sf.Group.create({'Name': 'Gone', 'DeveloperName': 'Gone', 'Type': 'Regular'})['id']
    status = sf.Group.delete(group)
    return [status, sf.query_all("SELECT Id FROM Group WHERE DeveloperName = 'Gone'")['totalSize']]


@step('many at once')
def _():
    answer = sf.restful('composite/sobjects', method='POST', json={
        'allOrNone': False, 'records': [{'attributes': {'type': 'User'}, **person(f'many{i}')} for i in range(200)]})
    return [len(answer), all(one['success'] for one in answer)]


@step('set a password')
def _():
    return sf.set_password(made['ada'], 'Analytical1843')


@step('the object is described')
def _():
    user = sf.User.describe()
    names = {field['name'] for field in user['fields']}
    return {'name': user['name'], 'fields': len(names) > 100, 'some': sorted(names & {'Username', 'FederationIdentifier', 'ManagerId'})}


@step('all objects are described')
def _():
    return [o['label'] for o in sf.describe()['sobjects'] if o['name'] == 'User']


@step('what the object is')
def _():
    return sf.User.metadata()['objectDescribe']['keyPrefix']


@step('the limits')
def _():
    limit = sf.limits()['DailyApiRequests']
    return {'Max': limit['Max'], 'header': sf.api_usage['api-usage'].total, 'used': sf.api_usage['api-usage'].used == limit['Max'] - limit['Remaining']}


@step('the organization')
def _():
    return [sf.is_sandbox(), sf.query('SELECT Name FROM Organization')['records'][0]['Name']]


@step('a Username that is taken')
def _():
    return sf.User.create(person('ada'))


@step('fields that are missing')
def _():
    return sf.User.create({'LastName': 'New'})


@step('a record that is not there')
def _():
    return sf.User.get('005000000000000AAA')


@step('a query that is none')
def _():
    return sf.query('SELECT Id FORM User')


@step('an object that does not exist')
def _():
    return sf.Nope.describe()


@step('a user cannot be deleted')
def _():
    return sf.User.delete(made['ada'])


@step('a search')
def _():
    return [r['attributes']['type'] for r in sf.quick_search('charles')['searchRecords']]


@step('what was changed and deleted lately')
def _():
    now = datetime.now(timezone.utc)
    span = (now - timedelta(hours=1), now + timedelta(hours=1))
    return [made['ada'] in sf.User.updated(*span)['ids'], len(sf.Group.deleted(*span)['deletedRecords'])]


@step('a maintenance page raises')
def _():
    lever('weather', '{"kind":"maintenance","next":1}')
    return sf.limits()


@step('a locked row raises')
def _():
    lever('weather', '{"kind":"row-lock","next":1}')
    return sf.User.update(made['ada'], {'Title': 'x'})


@step('a session that expires in the middle raises')
def _():
    lever('expire')
    return sf.query('SELECT Id FROM User LIMIT 1')


@step('and the client does not renew one that it did not make')
def _():
    return sf.User.get(made['ada'])


tell()
