import { expect, test } from 'vitest'
import { rawSocket } from '../../fixtures/raw-socket.ts'
import { passwordRequest, rawSsh, sshString, userauth } from '../../fixtures/raw-ssh.ts'
import { openDoor } from './door.ts'

const promptRequest = (user: string): Buffer =>
  userauth(user, 'keyboard-interactive', sshString(''), sshString(''))
const promptAnswer = (...answers: string[]): Buffer =>
  Buffer.concat([Buffer.of(61, 0, 0, 0, answers.length), ...answers.map(sshString)])

test('"none" is refused with the list of methods and without core', async () => {
  await using door = await openDoor()
  await using raw = await rawSsh(door)
  raw.send(userauth('alice', 'none'))
  expect(await raw.next()).toEqual({
    kind: 'failure',
    methods: ['publickey', 'password', 'keyboard-interactive'],
    partial: false,
  })
  expect(door.core.calls).toEqual([])
})

test('an unknown user and a wrong password get the same answer', async () => {
  await using door = await openDoor()
  const answers = []
  for (const user of ['alice', 'nobody']) {
    await using raw = await rawSsh({ port: door.port, user })
    raw.send(passwordRequest(user, 'wrong'))
    answers.push(await raw.next())
  }
  expect(answers[0]).toMatchObject({ kind: 'failure', partial: false })
  expect(answers[1]).toEqual(answers[0])
})

test('eight wrong passwords: core hears of six, and the connection is ended with a reason', async () => {
  await using door = await openDoor()
  await using raw = await rawSsh(door)
  const answers = []
  for (let i = 0; i < 8; i += 1) {
    raw.send(passwordRequest('alice', 'wrong'))
    const answer = await raw.next()
    answers.push(answer.kind)
    if (answer.kind !== 'failure') break
  }
  expect(answers).toEqual([...Array<string>(5).fill('failure'), 'banner'])
  expect(JSON.stringify(await raw.next())).toMatch(/closed.*Too many/)
  expect(door.core.calls).toHaveLength(6)
})

test('another user on the same connection ends it, and core is not asked', async () => {
  await using door = await openDoor()
  door.core.otp = { code: '123456', bound: true }
  await using raw = await rawSsh(door)
  raw.send(passwordRequest('alice', 'right'))
  expect(await raw.next()).toMatchObject({ kind: 'failure', partial: true })
  raw.send(promptRequest('bob'))
  expect(await raw.next()).toMatchObject({ kind: 'closed' })
  expect(door.core.calls).toHaveLength(1)
})

test('a wish to change the password is refused and core is not asked', async () => {
  await using door = await openDoor()
  await using raw = await rawSsh(door)
  raw.send(userauth('alice', 'password', Buffer.of(1), sshString('right'), sshString('new')))
  expect(await raw.next()).toMatchObject({ kind: 'failure', partial: false })
  expect(door.core.calls).toEqual([])
})

test('answers to no question, or to more than was asked, let nobody in', async () => {
  await using door = await openDoor()
  await using raw = await rawSsh(door)
  raw.send(promptRequest('alice'))
  expect(await raw.next()).toEqual({ kind: 'message60' })
  raw.send(promptAnswer('right', 'right'))
  expect(await raw.next()).toMatchObject({ kind: 'failure', partial: false })
  expect(door.core.calls).toEqual([])
})

test('the fourth code is not put to core, right or wrong', async () => {
  await using door = await openDoor()
  door.core.otp = { code: '4', bound: true }
  await using raw = await rawSsh(door)
  raw.send(passwordRequest('alice', 'right'))
  await raw.next()
  raw.send(promptRequest('alice'))
  for (const code of ['1', '2', '3']) {
    expect(await raw.next()).toEqual({ kind: 'message60' })
    raw.send(promptAnswer(code))
  }
  expect(await raw.next()).toMatchObject({ kind: 'banner' })
  raw.send(promptAnswer('4'))
  expect(await raw.next()).toMatchObject({ kind: 'closed' })
  expect(door.core.calls.filter((call) => 'code' in call)).toEqual([
    { code: '1' },
    { code: '2' },
    { code: '3' },
  ])
})

test.each([
  ['a channel', Buffer.concat([Buffer.of(90), sshString('session'), Buffer.alloc(12, 1)])],
  ['success', Buffer.of(52)],
  [
    'a global request',
    Buffer.concat([Buffer.of(80), sshString('tcpip-forward'), Buffer.of(1), sshString(''), Buffer.alloc(4)]),
  ],
  ['channel data', Buffer.concat([Buffer.of(94), Buffer.alloc(4), sshString('x')])],
])('%s sent before the login opens nothing', async (_what, message) => {
  await using door = await openDoor()
  await using raw = await rawSsh(door)
  raw.send(message)
  raw.send(userauth('alice', 'none'))
  expect((await raw.next()).kind).toMatch(/^(failure|closed)$/)
  expect(door.lines.filter(({ msg }) => msg === 'login accepted')).toEqual([])
})

test('junk after the key exchange writes no error into the log', async () => {
  await using door = await openDoor()
  {
    await using raw = await rawSsh(door)
    raw.send(Buffer.concat([Buffer.of(94), Buffer.alloc(4, 0xff), sshString('x')]))
    expect(await raw.next()).toMatchObject({ kind: 'closed' })
  }
  await using raw = await rawSocket(door.port)
  raw.socket.write(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(64, 0xff)]))
  await raw.closed
  expect(door.lines.filter(({ msg }) => msg === 'connection error')).toHaveLength(2)
  expect(door.lines.filter(({ level }) => Number(level) > 30)).toEqual([])
})
