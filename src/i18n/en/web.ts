export const web = {
  'web.you': 'you',
  'web.malformed': 'This request is not understood. Reload the page.',
  'web.login.refused': 'Not logged in: user name, password or code is not right.',
  'web.login.later': 'Too many failed logins from here. Try again in {seconds} s.',
  'web.login.unbound': 'Your account needs a code, but no device is bound to it: ask an administrator.',
  'fault.WEB_NOBODY': 'You are not logged in, or the login has ended. Log in, then open the tab again.',
  'fault.WEB_TOKEN': 'This link is no longer valid: it works once, and for 20 seconds. Ask for a new one.',
  'fault.WEB_NOT_GRANTED':
    'You have no permission for this asset or account. Reload the list, or ask an administrator.',
  'fault.WEB_REQUEST': 'The page sent something that is not understood. Reload it.',
  'fault.WEB_TOO_MANY': 'Too many of your pages are open. Close some, then try again.',
  'fault.WEB_TABS': 'This page has {most} tabs open. Close some, or open another page.',
  'fault.WEB_TOO_MUCH':
    'The asset reads slower than you paste, and 32 MB are waiting. This tab ends; send a file instead.',
  'fault.WEB_ROOM': 'The session of this tab has ended, or another page shows it. Open the asset again.',
} as const
