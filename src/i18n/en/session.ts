export const session = {
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
  'session.ended.killed.reason': 'Ended by {by}: {reason}. Recorded until now.   [{session}]',
  'session.ended.duration': 'Ended: a session may last {minutes} minutes. Recorded until now.   [{session}]',
  'session.duration-near': 'This session ends in {minutes} min: it has lasted as long as one may.',
  'fault.SESSION_ASSET_LIMIT':
    'Too many sessions are open on this asset (the limit is {most}). Please try again later.',
  'session.ended.idle': 'Ended: no key for {minutes} minutes.   [{session}]',
  'session.ended.permission': 'Ended: you may no longer use {asset}. Recorded until now.   [{session}]',
  'session.ended.outage': 'Ended: the management server has been silent for {minutes} minutes.   [{session}]',
  'session.ended.record-failed': 'Ended: this session can no longer be recorded.   [{session}]',
  'session.ended.shutdown': 'Ended: this bastion is being stopped. Recorded until now.   [{session}]',
  'session.administrator': 'an administrator',
} as const
