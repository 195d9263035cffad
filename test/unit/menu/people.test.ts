import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLog } from '../../../src/log.ts'
import { People } from '../../../src/menu/people.ts'
import {
  LONGEST_HISTORY,
  MOST_FAVOURITES,
  MOST_HISTORY,
  MOST_RECENT,
  NOBODY,
  type Person,
  readPerson,
  withFavourite,
  withLine,
  withRecent,
  writePerson,
} from '../../../src/menu/person.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const open = (directory: string, more = {}) => {
  const clock = new ManualClock()
  return { clock, people: new People({ directory, clock, log: silentLog(), ...more }) }
}
const filesIn = (directory: string) => readdirSync(directory).map((name) => join(directory, name))

test('what a person did is there at their next login, in a file for nobody else', async () => {
  await using home = await temporaryDirectory()
  const directory = join(home.path, 'people')
  const { people } = open(directory)
  {
    await using alice = await people.of('u-1')
    alice.change((person) => withLine(withFavourite(person, 'asset-1'), 'web-01'))
  }
  await using bob = await people.of('../../u-2')
  expect(bob.person).toEqual(NOBODY)
  await people[Symbol.asyncDispose]()
  await using again = await open(directory).people.of('u-1')
  expect(again.person).toEqual({ history: ['web-01'], favourites: ['asset-1'], recent: [] })
  expect(filesIn(directory)).toHaveLength(1)
  expect(filesIn(directory).map((path) => statSync(path).mode & 0o777)).toEqual([0o600])
  expect(statSync(directory).mode & 0o777).toBe(0o700)
})

test('two logins of a person share what they do; it is written a moment later, once', async () => {
  await using home = await temporaryDirectory()
  const { people, clock } = open(home.path)
  const [one, two] = await Promise.all([people.of('u-1'), people.of('u-1')])
  one.change((person) => withLine(person, 'a'))
  two.change((person) => withLine(person, 'b'))
  expect(one.person.history).toEqual(['a', 'b'])
  expect([filesIn(home.path).length, clock.pending]).toEqual([0, 1])
  clock.advance(2000)
  await one[Symbol.asyncDispose]()
  expect(readFileSync(filesIn(home.path)[0] ?? '', 'utf8')).toContain('"history":["a","b"]')
  two.change((person) => withLine(person, 'c'))
  await two[Symbol.asyncDispose]()
  await using again = await people.of('u-1')
  expect([again.person.history, clock.pending]).toEqual([['a', 'b', 'c'], 0])
})

test.each(['', '{', '[]', '{"version":1}', '\x00\xff', 'x'.repeat(100_000)])(
  'a file that is not usable (%#) costs habits and no login, and is replaced',
  async (text) => {
    await using home = await temporaryDirectory()
    await keep(home.path, 'u-1')
    const [path = ''] = filesIn(home.path)
    writeFileSync(path, text)
    const { people } = open(home.path)
    {
      await using alice = await people.of('u-1')
      expect(alice.person).toEqual(NOBODY)
      alice.change((person) => withLine(person, 'new'))
    }
    expect(readFileSync(path, 'utf8')).toContain('"new"')
  },
)

test('a file of a newer version is left as it is', async () => {
  await using home = await temporaryDirectory()
  await keep(home.path, 'u-1')
  const [path = ''] = filesIn(home.path)
  writeFileSync(path, '{"version":2,"anything":true}')
  {
    await using alice = await open(home.path).people.of('u-1')
    alice.change((person) => withLine(person, 'new'))
    expect(alice.person.history).toEqual(['new'])
  }
  expect(readFileSync(path, 'utf8')).toBe('{"version":2,"anything":true}')
})

test('a directory that cannot be written costs habits and no login', async () => {
  await using home = await temporaryDirectory()
  const file = join(home.path, 'file')
  writeFileSync(file, '')
  await using alice = await open(join(file, 'people')).people.of('u-1')
  alice.change((person) => withLine(person, 'x'))
  expect(alice.person.history).toEqual(['x'])
})

test('beyond the bound those who were not here for the longest time are forgotten', async () => {
  await using home = await temporaryDirectory()
  const { people } = open(home.path, { most: 10 })
  for (let user = 0; user < 10; user++) await keep(home.path, `u-${user}`, people)
  for (const [age, path] of filesIn(home.path).entries()) utimesSync(path, 1000 + age, 1000 + age)
  await keep(home.path, 'newest', people)
  expect(filesIn(home.path)).toHaveLength(9)
  await using newest = await people.of('newest')
  expect(newest.person.history).toEqual(['x'])
})

test('history, favourites and recent assets have bounds, and what was read is what was written', () => {
  let person: Person = { ...NOBODY, language: 'zh', lastLogin: { at: 5, from: '::1' } }
  for (let count = 0; count < 300; count++) {
    const id = `${count}`
    person = {
      ...person,
      ...withRecent(withFavourite(withLine(person, id), id), { asset: id, account: 'a' }),
    }
  }
  expect([person.history.length, person.favourites.length, person.recent.length]).toEqual([
    ...[MOST_HISTORY, MOST_FAVOURITES, MOST_RECENT],
  ])
  expect([person.history.at(-1), person.favourites.at(-1), person.recent[0]?.asset]).toEqual([
    '299',
    '299',
    '299',
  ])
  expect(readPerson(writePerson(person, 'u'), 'u')).toEqual({ kind: 'read', person })
  expect(readPerson(writePerson(person, 'u'), 'v').kind).toBe('unusable')
  for (let count = 0; count < 100; count++) person = withLine(person, `${count}${'主'.repeat(1000)}`)
  expect(person.history.join('').length).toBeLessThanOrEqual(LONGEST_HISTORY)
  expect(person.history.at(-1)).toContain('99')
})

async function keep(directory: string, user: string, people = open(directory).people): Promise<void> {
  await using person = await people.of(user)
  person.change((before) => withLine(before, 'x'))
}
