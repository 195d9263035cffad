export const start = {
  'fault.INI': '{file} cannot be understood, line {line}.',
  'fault.PASSWORDS_BUSY': 'Too many people are logging in at once. Please try again in a minute.',
  'fault.PTY_UNAVAILABLE': 'The demo has no terminal for this platform.',
  'fault.EMBEDDED_CORE_DATABASE': 'The database {path} cannot be used.',
} as const
