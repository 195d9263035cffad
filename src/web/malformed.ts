import { WebError } from './web-error.ts'

export const malformed = (): WebError =>
  new WebError('WEB_REQUEST', {
    step: 'read what the page sent',
    message: 'the page sent something that is not understood',
    next: 'reload the page: it may be of another version',
  })
