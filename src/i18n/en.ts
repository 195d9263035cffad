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
  // ── session ──
  'session.connecting': 'Connecting to {account}@{asset} ... ',
} as const
