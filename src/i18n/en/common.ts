export const common = {
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
  'fault.CORE_TOKEN':
    'The management server no longer accepts your login. Log out and in again; if that does not help, an administrator needs to look at it.',
  'fault.CORE_CA_FILE': 'The certificate file {path} cannot be used.',
  'fault.CORE_PROXY': 'The proxy setting {name} cannot be used.',
  'fault.CORE_DENIED': 'You have no permission to connect to {asset} as “{account}”.',
} as const
