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
  'fault.CORE_ACCESS_KEY': 'The access key of this bastion is not usable. An administrator needs to look at it.',
  'fault.CORE_DENIED': 'You have no permission to connect to {asset} as “{account}”.',
  // ── session ──
  'fault.SESSION_CLOSING': 'This bastion is about to stop. Please log in again in a minute.',
  'fault.SESSION_LIMIT': 'Too many open sessions (the limit is {most}). Close one and try again.',
  'fault.SESSION_RULES':
    '{asset} has command rules for “{account}”, which this version cannot enforce, so nothing may run there. An administrator can change that.',
  'session.connecting': 'Connecting to {account}@{asset} ({address}) ...',
  'session.idle-near': '{minutes} minutes without a key are left: this session ends unless you press one.',
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
} as const
