import { expect, test } from 'vitest'
import {
  keyOffer,
  passwordRequest,
  type RawSsh,
  rawSsh,
  sshString,
  testKey,
  userauth,
} from '../../fixtures/raw-ssh.ts'
import { runSsh } from '../../fixtures/ssh-client.ts'
import { openDoor } from './door.ts'

const promptRequest = userauth('alice', 'keyboard-interactive', sshString(''), sshString(''))
const key = await testKey()

/** Where a login can stand when a message comes that does not belong there. */
const STATES: Readonly<Record<string, (raw: RawSsh) => Promise<void>>> = {
  'before anything was tried': async () => {},
  'while a question is open': async (raw) => {
    raw.send(promptRequest)
    await raw.next()
  },
  'after an offer of a key': async (raw) => {
    raw.send(keyOffer('alice', key))
    await raw.next()
  },
  'while a code is due': async (raw) => {
    raw.send(passwordRequest('alice', 'right'))
    await raw.next()
  },
}
/** 50 with its right form is a login request, and the only message that may lead on. */
const TYPES = Array.from({ length: 256 }, (_, type) => type).filter((type) => type !== 50)
const BODY = Buffer.concat([sshString('session'), Buffer.alloc(16, 1), sshString('shell')])

test.each(Object.entries(STATES))('no message out of order opens anything %s', async (_where, reach) => {
  await using door = await openDoor({ maxUnauthenticatedPerSource: 1000, maxUnauthenticated: 1000 })
  door.core.otp = { code: '123456', bound: true }
  const queue = [...TYPES]
  const worker = async (): Promise<void> => {
    for (let type = queue.shift(); type !== undefined; type = queue.shift()) {
      await using raw = await rawSsh(door)
      await reach(raw)
      raw.send(Buffer.concat([Buffer.of(type), BODY]))
      raw.send(userauth('alice', 'none')) // so that there is an answer in any case
      const answer = await raw.next()
      expect(answer.kind, `type ${type}`).not.toBe('success')
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  expect(door.lines.filter(({ msg }) => msg === 'login accepted')).toEqual([])
  expect(door.lines.filter(({ level }) => Number(level) > 40)).toEqual([])
  door.core.otp = undefined
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right' })
  expect(run.stdout.toString()).toContain('hello Alice')
})
