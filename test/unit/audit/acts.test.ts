import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Act, Acts } from '../../../src/audit/acts.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const act = (at: string): Act => ({ event: 'replay-read', at, facts: { act: 'play', session: 's', uid: 0 } })
const FIRST = act('2030-01-01T00:00:00.000Z')
const SECOND = act('2030-01-01T00:00:01.000Z')

async function drained(acts: Acts) {
  const taken: Act[] = []
  const bad: string[] = []
  await acts.drain(
    (each) => taken.push(each),
    (_path, error) => bad.push(String(error)),
  )
  return { taken, bad }
}

test('acts are taken once, oldest first, and are their owner’s alone until then', async () => {
  await using home = await temporaryDirectory()
  const directory = join(home.path, 'acts')
  const acts = new Acts(directory)
  expect(await drained(acts)).toEqual({ taken: [], bad: [] })
  await acts.add(SECOND)
  await acts.add(FIRST)
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  expect(await drained(acts)).toEqual({ taken: [FIRST, SECOND], bad: [] })
  expect(await drained(acts)).toEqual({ taken: [], bad: [] })
})

test('one of a newer format and one that is damaged are told and kept, and hold up no other', async () => {
  await using home = await temporaryDirectory()
  const acts = new Acts(home.path)
  await acts.add(FIRST)
  const [name = ''] = readdirSync(home.path)
  const body = JSON.parse(readFileSync(join(home.path, name), 'utf8')) as object
  writeFileSync(join(home.path, '0-newer.json'), JSON.stringify({ ...body, version: 2 }))
  writeFileSync(join(home.path, '1-cut.json'), '{"event":')
  const { taken, bad } = await drained(acts)
  expect(taken).toEqual([FIRST])
  expect(bad).toEqual([expect.stringContaining('has format 2'), expect.stringContaining('is no JSON')])
  expect(readdirSync(home.path).sort()).toEqual(['0-newer.json.bad', '1-cut.json.bad'])
})

test('what cannot be put on record is refused with what to do', async () => {
  await using home = await temporaryDirectory()
  writeFileSync(join(home.path, 'acts'), '')
  await expect(new Acts(join(home.path, 'acts')).add(FIRST)).rejects.toMatchObject({
    code: 'ACT',
    next: expect.stringContaining('run it as the user the daemon runs as') as string,
  })
})
