export const web = {
  'web.how': 'This is an SSH bastion. Log in from your terminal:',
  'web.you': 'you',
  'web.later': 'A terminal in the browser is not part of this version yet.',
} as const
