"""How a client gets in by itself, at the address that Salesforce's own have, and stays in."""
from simple_salesforce import Salesforce

from story import lever, step, tell, world

proxies = {'https': world['proxy']}
app = {'consumer_key': world['key'], 'consumer_secret': world['secret']}


def login(**how):
    return Salesforce(domain='acme.my', proxies=proxies, **how)


def who(sf):
    return [sf.sf_instance, sf.query('SELECT Username FROM User WHERE Id = \'' + world['userId'] + '\'')['records'][0]['Username']]


@step('by client credentials')
def _():
    return who(login(**app))


@step('by username and password')
def _():
    return who(login(username=world['username'], password=world['password'], **app))


@step('by a signed JWT')
def _():
    return who(login(username=world['username'], consumer_key=world['key'], privatekey=world['privateKey']))


@step('by SOAP, as the first tutorial has it')
def _():
    return who(login(username=world['username'], password=world['password'], security_token=''))


@step('by SOAP with a wrong password')
def _():
    return login(username=world['username'], password='wrong', security_token='')


@step('a wrong secret')
def _():
    return login(consumer_key=world['key'], consumer_secret='wrong')


@step('a wrong password')
def _():
    return login(username=world['username'], password='wrong', **app)


@step('a JWT for nobody')
def _():
    return login(username='nobody@acme.example', consumer_key=world['key'], privatekey=world['privateKey'])


@step('a session that expires in the middle is renewed')
def _():
    sf = login(**app)
    first = sf.session_id
    lever('expire')
    return [sf.query('SELECT COUNT() FROM Organization')['totalSize'], sf.session_id != first]


@step('the identity service knows whose the session is')
def _():
    return {k: v for k, v in login(**app).oauth2('userinfo').items() if k in ('preferred_username', 'user_id', 'organization_id')}


tell()
