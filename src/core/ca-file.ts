import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { CoreError } from './core-error.ts'

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g

/** The text of CORE_CA_FILE, each certificate in it checked. Throws CoreError CORE_CA_FILE. */
export async function readCaFile(file: string): Promise<string> {
  const text = await readText(file)
  const blocks = text.match(CERTIFICATE) ?? []
  if (blocks.length === 0)
    throw fault(file, { why: `${file} holds no certificate in PEM form`, next: toDo(file) })
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block)
    } catch (cause) {
      throw fault(file, { why: `certificate ${index + 1} of ${file} is damaged`, next: toDo(file), cause })
    }
  }
  return text
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw fault(file, {
      why: `${file} cannot be read`,
      next: 'correct CORE_CA_FILE, or let this user read it',
      cause,
    })
  }
}

const toDo = (file: string): string =>
  `put the certificate of the authority that signed core's certificate into ${file} (-----BEGIN CERTIFICATE-----)`

const fault = (
  file: string,
  { why, next, cause }: { why: string; next: string; cause?: unknown },
): CoreError =>
  new CoreError('CORE_CA_FILE', 'refused', {
    step: 'read CORE_CA_FILE',
    message: why,
    next,
    facts: { path: file },
    cause,
  })
