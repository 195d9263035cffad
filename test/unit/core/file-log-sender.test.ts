import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { ASTRAL } from '../../fixtures/core-double/state.ts'
import { fileLog } from './parts.ts'
import { world } from './world.ts'

const EMOJI = '😀'

test('an operation whose answer is lost is there once after it was told again', async () => {
  await using all = await world()
  all.core.fail('loseAnswer', { times: 1 })
  await expect(all.service.sendFileLog(fileLog())).rejects.toMatchObject({ kind: 'unavailable' })
  await all.service.sendFileLog(fileLog())
  expect(all.core.state.fileLogs).toHaveLength(1)
})

test('an operation is accepted by core however long its names are, without a name, and over IPv6', async () => {
  await using all = await world()
  const long = EMOJI.repeat(2_000)
  const names = { user: long, asset: long, systemUser: `${long}\0`, filename: long }
  await all.service.sendFileLog(fileLog({ ...names, remoteAddr: '2001:db8::1', isSuccess: false }))
  await all.service.sendFileLog(fileLog({ id: randomUUID(), filename: ' ', remoteAddr: '::ffff:192.0.2.1' }))
  const [first, second] = all.core.state.fileLogs
  const texts = [first?.user, first?.asset, first?.system_user, first?.filename]
  expect(texts.map((text) => [...(text ?? '')].length)).toEqual([128, 1024, 128, 1024])
  expect(first).toMatchObject({ remote_addr: null, is_success: false })
  expect(second).toMatchObject({ remote_addr: '192.0.2.1', filename: '-' })
})

test('what the database cannot store is told again without its 4-byte characters', async () => {
  await using all = await world()
  all.core.state.unstorable = ASTRAL
  const odd = fileLog({ filename: `/data/${EMOJI}.txt` })
  for (let tries = 0; tries < 2; tries += 1)
    await expect(all.service.sendFileLog(odd)).rejects.toMatchObject({ status: 500 })
  await all.service.sendFileLog(odd)
  expect(all.core.state.fileLogs).toMatchObject([{ filename: '/data/\ufffd.txt' }])
})
