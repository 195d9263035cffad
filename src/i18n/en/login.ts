export const login = {
  'auth.password': 'Password: ',
  'auth.otp': 'Verification code: ',
  'auth.otp.wrong': 'That code was not right. Please try the next one your device shows.',
  'auth.otp.unbound':
    'Your account needs a verification code, and no device is set up for it yet. Please do that on the web page first.',
  'auth.tooMany': 'Too many failed tries on this connection.',
  'auth.shutOut': 'Too many failed logins from your address. Please try again in {seconds} seconds.',
  'fault.SSHD_LISTEN': 'This port cannot be listened on: {host}:{port}.',
  'fault.SSHD_HOST_KEY': 'The host key {path} cannot be used.',
  'fault.SSHD_NO_TARGET':
    'A command needs an asset to run on: log in as {user}@ACCOUNT@ASSET, or without a command for the menu.',
} as const
