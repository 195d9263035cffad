export const forwarding = {
  'forward.never': 'This kind of forwarding is never possible here.',
  'forward.tooMany': 'Too many forwarded connections (the limit is {most}).',
  'fault.FORWARD_NO_RULE':
    'Forwarding to {place} is not allowed: nothing may be forwarded on {asset}. An administrator can allow places.',
  'fault.FORWARD_OTHER_USERS':
    'Forwarding to {place} is not allowed: the rules of {asset} are for other users. An administrator can add {user}.',
  'fault.FORWARD_PLACE': 'Forwarding to {place} is not allowed on {asset}. An administrator can allow it.',
  'fault.FORWARD_LISTEN': '{asset} may not listen on {place} for you. An administrator can allow it.',
  'fault.FORWARD_JUMP':
    '{place} cannot be reached by a plain login. Log in as {user}@ACCOUNT@ASSET, which is recorded; or an administrator can allow unrecorded jumps to an asset.',
  'fault.ASSET_FORWARD': 'No connection to {to}: {reason}.',
  'fault.ASSET_JUMP_RULES':
    '{asset} has command rules, which cannot be enforced on a jump. Log in to it directly: USER@ACCOUNT@ASSET.',
  'fault.ASSET_LISTEN': 'The asset does not listen on {at}: {reason}.',
  'fault.SESSION_TUNNEL': 'The session for forwarded connections could not begin. Please log in again.',
  'fault.MENU_SUBSYSTEM':
    'The subsystem “{subsystem}” is not allowed on {asset}. An administrator can allow it.',
  'fault.MENU_SUBSYSTEM_PLAIN': 'The subsystem “{subsystem}” needs an asset: log in as USER@ACCOUNT@ASSET.',
} as const
