import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { commandKey } from '../../../src/core/command-records.ts'
import { ASTRAL } from '../../fixtures/core-double/state.ts'

import { command, newSession, world } from './world.ts'

const EMOJI = '😀'

test('commands are cut to what core takes, by characters, and blank ones are not sent', async () => {
  await using all = await world()
  const session = { ...newSession(), user: `张三 ${EMOJI.repeat(100)}` }
  const input = `echo ${EMOJI.repeat(300)}`
  const given = command(`${input}\0`, { output: EMOJI.repeat(3000) })
  await all.service.sendCommands(session, [command(' \0 '), given])
  const [stored, ...others] = all.core.state.commands
  expect(others).toEqual([])
  expect([stored?.user, stored?.input, stored?.output].map((text) => [...(text ?? '')].length)).toEqual([
    64, 128, 1024,
  ])
  expect(stored?.input.endsWith(EMOJI)).toBe(true)
  const known = (await all.service.commandsStored(session, [given])).map(commandKey)
  expect(known).toEqual([commandKey({ input, timestamp: stored?.timestamp ?? 0 })])
})

test('commands whose answer was lost are found again, and not sent twice by the service', async () => {
  await using all = await world()
  const session = newSession()
  all.core.fail('loseAnswer', { times: 1 })
  const at = Date.now()
  const given = command('ls', { at })
  await expect(all.service.sendCommands(session, [given])).rejects.toMatchObject({
    kind: 'unavailable',
  })
  expect(all.core.journal.of('POST', '/command/')).toHaveLength(1)
  expect(await all.service.commandsStored(session, [given])).toEqual([
    { input: 'ls', timestamp: Math.floor(at / 1000) },
  ])
})

test('stored commands are found by their own time, wherever the clocks stood when the session began', async () => {
  await using all = await world()
  const session = { ...newSession(), dateStart: Date.now() - 3 * 86_400_000 }
  const [early, late] = [command('early', { at: Date.now() - 86_400_000 * 9 }), command('late')]
  await all.service.sendCommands(session, [early, late])
  expect(await all.service.commandsStored(session, [early])).toMatchObject([{ input: 'early' }])
  expect(await all.service.commandsStored(session, [late])).toMatchObject([{ input: 'late' }])
})

test('more commands than one page are found', async () => {
  await using all = await world()
  const session = newSession()
  const many = Array.from({ length: 1_203 }, (_, n) => command(`echo ${n}`))
  await all.service.sendCommands(session, many)
  await all.service.sendCommands({ ...session, id: randomUUID() }, [command('of another session')])
  expect(await all.service.commandsStored(session, many)).toHaveLength(1_203)
})

test('a command that core refuses for good does not keep the others', async () => {
  await using all = await world()
  const session = newSession()
  // The session id is what core measures and we do not cut.
  const { service, core } = all
  const bad = { ...session, id: 'x'.repeat(37) }
  await service.sendCommands(bad, [command('a'), command('b')])
  expect(core.state.commands).toEqual([])
  expect(core.journal.of('POST', '/command/').map(({ status }) => status)).toEqual([401, 401, 401])
  await service.sendCommands(session, [command('a')])
  expect(core.state.commands).toHaveLength(1)
})

test('after two failures 4-byte characters are replaced, so that a core that cannot store them gets the rest', async () => {
  await using all = await world()
  all.core.state.unstorable = ASTRAL
  const session = newSession()
  const at = Date.now()
  const send = () => all.service.sendCommands(session, [command(`echo ${EMOJI}`, { at })])
  await expect(send()).rejects.toMatchObject({ kind: 'unavailable' })
  await expect(send()).rejects.toMatchObject({ kind: 'unavailable' })
  await send()
  expect(all.core.state.commands.map(({ input }) => input)).toEqual(['echo \ufffd'])
  const [stored] = await all.service.commandsStored(session, [command('', { at })])
  expect(stored && commandKey(stored)).toBe(
    commandKey({ input: `echo ${EMOJI}`, timestamp: Math.floor(at / 1000) }),
  )
})
