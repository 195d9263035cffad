import { type BytePath, nameOf, shown } from '../../files/byte-path.ts'
import { SftpStatus } from '../../files/sftp/client.ts'
import { STATUS, statusText } from '../../files/sftp/protocol.ts'
import { type Language, say, sayFault } from '../../i18n/i18n.ts'
import { WebError } from '../web-error.ts'

/** What a person reads of a failure: our own sentence, or what the asset's no means. */
export function troubleText(language: Language, error: unknown): string {
  if (!(error instanceof SftpStatus)) return sayFault(language, error)
  // Every server has a text of its own; what is more than the code's name is said as it is.
  const plain = error.message.toLowerCase() === statusText(error.code).toLowerCase()
  switch (error.code) {
    case STATUS.noSuchFile:
      return say(language, 'web.files.missing')
    case STATUS.permissionDenied:
      return plain ? say(language, 'web.files.denied') : error.message
    case STATUS.connectionLost:
    case STATUS.noConnection:
      return say(language, 'web.files.lost')
    default:
      return plain ? say(language, 'web.files.failed') : error.message
  }
}

export const noFile = (path: BytePath): WebError =>
  new WebError('WEB_NO_FILE', {
    step: 'open a file',
    message: 'what was asked for is not of the kind that was asked for',
    next: 'load the directory again',
    facts: { name: shown(nameOf(path)) },
  })

export const exists = (path: BytePath): WebError =>
  new WebError('WEB_EXISTS', {
    step: 'name a file',
    message: 'there is something of this name already',
    next: 'choose another name, or remove what is there',
    facts: { name: shown(nameOf(path)) },
  })
