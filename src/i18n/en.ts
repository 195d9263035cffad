/** English texts; the keys of this table are the keys of every other language. `{name}` is filled from facts. */
export const en = {
  // ── common ──
  'fault.unknown': 'Something went wrong here. Please try again.',
  'fault.CORE_UNAVAILABLE':
    'The management server does not answer, so nothing new can be opened. Please try again in a minute.',
  'fault.CORE_CREDENTIALS':
    'The management server does not accept this bastion. An administrator needs to look at it.',
  'fault.CORE_REFUSED': 'The management server refused this.',
  'fault.CORE_MISSING': 'The management server does not know this any more.',
  'fault.CORE_REPLY': 'The management server gave an answer that could not be understood.',
  'fault.CORE_REGISTRATION': 'This bastion could not register with the management server.',
  'fault.CORE_ACCESS_KEY':
    'The access key of this bastion is not usable. An administrator needs to look at it.',
  'fault.CORE_CA_FILE': 'The certificate file {path} cannot be used.',
  'fault.CORE_PROXY': 'The proxy setting {name} cannot be used.',
  'fault.CORE_DENIED': 'You have no permission to connect to {asset} as “{account}”.',
  // ── login ──
  'auth.password': 'Password: ',
  'auth.otp': 'Verification code: ',
  'auth.otp.wrong': 'That code was not right. Please try the next one your device shows.',
  'auth.otp.unbound':
    'Your account needs a verification code, and no device is set up for it yet. Please do that on the web page first.',
  'auth.tooMany': 'Too many failed tries on this connection.',
  'fault.SSHD_LISTEN': 'This port cannot be listened on: {host}:{port}.',
  'fault.SSHD_HOST_KEY': 'The host key {path} cannot be used.',
  'fault.SSHD_NO_TARGET':
    'A command needs an asset to run on: log in as {user}@ACCOUNT@ASSET, or without a command for the menu.',
  // ── asset ──
  'fault.ASSET_PROTOCOL':
    'Account “{account}” on {asset} uses {protocol}, which cannot be opened here. Choose an SSH account on an asset with an SSH port.',
  'fault.ASSET_GATEWAY': '{asset} is behind a gateway, and gateways are not part of this version yet.',
  'fault.ASSET_NO_CREDENTIALS':
    'No password or key is stored for “{account}” on {asset}, and typing one in is not part of this version yet. An administrator can store one.',
  'fault.ASSET_KEY':
    'The key stored for “{account}” on {asset} cannot be used. An administrator can store it again.',
  'fault.ASSET_NAME':
    'Could not reach {asset}: the name {host} is not known. An administrator can correct its address.',
  'fault.ASSET_ADDRESS_REFUSED':
    'Could not reach {asset}: {address} is not allowed as the address of an asset. An administrator can correct it.',
  'fault.ASSET_REFUSED':
    'Could not reach {asset}: {address} refused the connection. The SSH service there is down, or the port is wrong.',
  'fault.ASSET_UNREACHABLE':
    'Could not reach {asset}: no way to {address}. The host or the network is likely down.',
  'fault.ASSET_TIMEOUT':
    'Could not reach {asset}: no answer from {address} within {seconds} s ({step}). The host or a firewall is likely down.',
  'fault.ASSET_LOST':
    '{asset} broke the connection off ({step}). Please try again; if it stays so, its SSH log tells the reason.',
  'fault.ASSET_NOT_SSH':
    'What answers for {asset} on {address} does not speak SSH. The port may be wrong, or the machine is overloaded.',
  'fault.ASSET_ALGORITHMS':
    '{asset} offers only algorithms that are not allowed here ({list}: {offered}). An administrator can allow older ones for this asset.',
  'fault.ASSET_HOST_KEY_CHANGED':
    'The host key of {asset} CHANGED. Known {known}, now {found}. Nothing was sent to it. If the machine was rebuilt, an administrator can accept the new key.',
  'fault.ASSET_HOST_KEY_UNKNOWN':
    'The host key of {asset} is not known: {found}. Nothing was sent to it. An administrator has to accept it first.',
  'fault.ASSET_HOST_KEY_STORE':
    'The known host keys cannot be read or written, so nothing is opened. An administrator needs to look at it.',
  'fault.ASSET_AUTH':
    '{asset} refused the login as “{account}” (tried: {tried}; it takes: {offered}). An administrator can correct what is stored for it.',
  'fault.ASSET_PASSWORD_EXPIRED':
    'The password of this account on {asset} has expired. An administrator has to change it there and store the new one.',
  'fault.ASSET_CHANNEL':
    '{asset} let us in, but opened no shell and ran no command. The account may have none, or too many sessions are open there.',
  // ── session ──
  'fault.SESSION_CLOSING': 'This bastion is about to stop. Please log in again in a minute.',
  'fault.SESSION_LIMIT': 'Too many open sessions (the limit is {most}). Close one and try again.',
  'fault.SESSION_RULES':
    '{asset} has command rules for “{account}”, which this version cannot enforce, so nothing may run there. An administrator can change that.',
  'session.connecting': 'Connecting to {account}@{asset} ({address}) ...',
  'session.idle-near': 'No key for a while: this session ends in {minutes} min unless you press one.',
  'session.outage-near':
    'The management server has been silent for a while: this session ends in 5 minutes unless it answers.',
  'session.ended.exit': 'Connection to {asset} closed by the asset ({exit}) after {duration}.',
  'session.ended.left': 'Connection to {asset} closed.',
  'session.ended.asset-lost': 'The connection to {asset} was lost. Recorded until now.   [{session}]',
  'session.ended.killed': 'Ended by {by}. Recorded until now.   [{session}]',
  'session.ended.idle': 'Ended: no key for {minutes} minutes.   [{session}]',
  'session.ended.permission': 'Ended: you may no longer use {asset}. Recorded until now.   [{session}]',
  'session.ended.outage': 'Ended: the management server has been silent for {minutes} minutes.   [{session}]',
  'session.ended.record-failed': 'Ended: this session can no longer be recorded.   [{session}]',
  'session.ended.shutdown': 'Ended: this bastion is being stopped. Recorded until now.   [{session}]',
  'session.administrator': 'an administrator',
  // ── web ──
  'web.how': 'This is an SSH bastion. Log in from your terminal:',
  'web.you': 'you',
  'web.later': 'A terminal in the browser is not part of this version yet.',
  // ── menu ──
  'menu.welcome': 'Welcome, {name}.',
  'menu.count.one': '{count} asset',
  'menu.count.many': '{count} assets',
  'menu.help.find.key': 'part of a name, IP or comment',
  'menu.help.find': 'connect, or list what matches',
  'menu.help.all': 'all assets',
  'menu.help.search.key': '/word',
  'menu.help.search': 'search',
  'menu.help.refresh': 'refresh',
  'menu.help.language': 'language',
  'menu.help.help': 'help',
  'menu.help.quit': 'quit',
  'menu.help.numbers':
    'A number connects to that row of the list shown last. /web cn lists what matches both words.',
  'menu.help.paging': 'In a list of several pages: n next page, p previous page, b back.',
  'menu.help.keys': 'Arrow keys edit the line and bring earlier ones back. Ctrl-D quits.',
  'menu.language.name': 'English',
  'menu.column.name': 'Name',
  'menu.column.address': 'Address',
  'menu.column.accounts': 'Accounts',
  'menu.column.comment': 'Comment',
  'menu.column.account': 'Account',
  'menu.column.login': 'Login',
  'menu.login.auto': 'automatic',
  'menu.login.manual': 'asks for the password',
  'menu.list.all': '{count}.  A number connects; /word searches.',
  'menu.list.match': '{shown} of {total} match “{query}”.  A number connects.',
  'menu.list.page': '{from}-{until} of {shown}:  n next page, p previous page, b back.',
  'menu.list.last': 'That was the last page.',
  'menu.list.none': 'Nothing matches “{query}”.  p lists all assets.',
  'menu.list.empty': 'No asset is granted to you yet. Ask an administrator, then r looks again.',
  'menu.loading': 'Fetching your assets ...',
  'menu.refreshed': 'Refreshed: {count}.',
  'menu.groups': 'Groups are not part of this version yet; /word searches.',
  'menu.accounts.ask': 'A number or a name chooses; q goes back.',
  'menu.accounts.unknown': 'There is no account “{text}” in this list.',
  'menu.bye': 'Bye.',
  'menu.ended': 'This login was ended by the bastion.',
  'fault.MENU_NO_ASSET': 'No asset “{asset}” for {user}.',
  'fault.MENU_NO_ASSET_CLOSE': 'No asset “{asset}” for {user}; close: {close}',
  'fault.MENU_ASSET_AMBIGUOUS': 'Several assets are called “{asset}”; use the IP or id: {candidates}',
  'fault.MENU_NO_ACCOUNT': 'No account “{account}” on {asset}; yours: {candidates}',
  'fault.MENU_ACCOUNT_AMBIGUOUS': 'Several accounts on {asset}; name one of: {candidates}',
  'fault.MENU_NOTHING_GRANTED':
    'No account on {asset} that could log in here is granted to you. Ask an administrator.',
  'fault.MENU_GRAPHICAL':
    '{asset} is a graphical asset ({protocols}), which a terminal cannot show. Open it in the web terminal.',
  'fault.MENU_TELNET': '{asset} speaks telnet, which is not part of this version yet.',
  // ── audit ──
  'fault.AUDIT_DISK_RESERVE':
    'There is too little disk space left to record a session, so none can be opened. An administrator needs to look at it.',
  'fault.AUDIT_WRITE': 'This session cannot be recorded any more. An administrator needs to look at it.',
  'fault.AUDIT_NEWER': 'This recording was made by a newer version and cannot be read here.',
  'fault.AUDIT_DAMAGED': 'This recording is damaged and cannot be read.',
  'fault.AUDIT_NO_SESSION': 'There is no one session by that id.',
  // ── start ──
  'fault.INI': '{file} cannot be understood, line {line}.',
  'fault.PASSWORDS_BUSY': 'Too many people are logging in at once. Please try again in a minute.',
  'fault.PTY_UNAVAILABLE': 'The demo has no terminal for this platform.',
  'fault.EMBEDDED_CORE_DATABASE': 'The database {path} cannot be used.',
} as const
