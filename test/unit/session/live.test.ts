import { expect, test } from 'vitest'
import { type LiveNews, LiveTerminal, type Onlooker } from '../../../src/session/live.ts'

interface Seen {
  readonly live: LiveTerminal
  readonly events: unknown[]
  readonly news: LiveNews[]
  readonly typed: string[]
  readonly session: Disposable
}

function running(): Seen {
  const live = new LiveTerminal()
  const events: unknown[] = []
  const news: LiveNews[] = []
  const typed: string[] = []
  const session = live.begin({
    recorder: { event: (event) => void events.push(event), replay: { path: '', flush: async () => {} } },
    size: { columns: 80, rows: 24 },
    type: (bytes) => typed.push(String(bytes)) > 0,
    tell: (each) => void news.push(each),
    onWatched: () => {},
  })
  return { live, events, news, typed, session }
}

function onlooker(name: string, more: Partial<Onlooker> = {}) {
  const seen: string[] = []
  const each: Onlooker = {
    name,
    types: false,
    announced: true,
    output: (bytes) => void seen.push(String(bytes)),
    resize: ({ columns }) => void seen.push(`${columns} columns`),
    ended: () => void seen.push('ended'),
    ...more,
  }
  return { each, seen }
}

test('an onlooker sees what comes from then on, and is in the record and told to the person', () => {
  const { live, events, news } = running()
  const bob = onlooker('bob')
  live.shown(Buffer.from('before'))
  const place = live.admit(bob.each)
  live.shown(Buffer.from('after'))
  live.resized({ columns: 100, rows: 30 })
  place?.[Symbol.dispose]()
  live.shown(Buffer.from('late'))
  expect(bob.seen).toEqual(['after', '100 columns'])
  expect(live.shownBytes).toBe('beforeafterlate'.length)
  expect(events).toEqual([
    { kind: 'watch', by: 'bob' },
    { kind: 'leave', by: 'bob' },
  ])
  expect(news).toEqual([
    { kind: 'watched', who: 'bob' },
    { kind: 'left', who: 'bob' },
  ])
})

test('by policy the person is not told, and the record is all the same', () => {
  const { live, events, news } = running()
  live.admit(onlooker('bob', { announced: false }).each)
  expect(news).toEqual([])
  expect(events).toEqual([{ kind: 'watch', by: 'bob' }])
})

test('whose keys come is in the record whenever it changes; who only watches types nothing', () => {
  const { live, events, typed } = running()
  const bob = onlooker('bob', { types: true }).each
  const carol = onlooker('carol').each
  live.admit(bob)
  live.admit(carol)
  expect(live.ownKeys()).toBe(true)
  expect([live.type(bob, Buffer.from('a')), live.type(bob, Buffer.from('b'))]).toEqual([true, true])
  expect(live.type(carol, Buffer.from('c'))).toBe(false)
  expect(live.ownKeys()).toBe(true)
  expect(typed).toEqual(['a', 'b'])
  expect(events.slice(2)).toEqual([
    { kind: 'typist', by: 'bob' },
    { kind: 'typist', by: undefined },
  ])
})

test('who has left types nothing any more', () => {
  const { live, typed } = running()
  const bob = onlooker('bob', { types: true }).each
  live.admit(bob)?.[Symbol.dispose]()
  expect(live.type(bob, Buffer.from('a'))).toBe(false)
  expect(typed).toEqual([])
})

test('held keys are lost, also those of guests, until they are let go', () => {
  const { live, events, news } = running()
  const bob = onlooker('bob', { types: true }).each
  live.admit(bob)
  expect(live.lock(true, 'root')).toBe(true)
  expect(live.lock(true, 'root')).toBe(false)
  expect([live.ownKeys(), live.type(bob, Buffer.from('a')), live.lockedBy]).toEqual([false, false, 'root'])
  expect(live.lock(false, 'root')).toBe(true)
  expect(live.ownKeys()).toBe(true)
  expect(news.slice(1)).toEqual([
    { kind: 'locked', who: 'root' },
    { kind: 'unlocked', who: 'root' },
  ])
  expect(events.slice(1)).toEqual([
    { kind: 'lock', by: 'root' },
    { kind: 'unlock', by: 'root' },
  ])
})

test('the end of the session is the end of every view, and nobody comes in before or after', () => {
  const { live, session } = running()
  const bob = onlooker('bob')
  live.admit(bob.each)
  session[Symbol.dispose]()
  expect(bob.seen).toEqual(['ended'])
  expect(live.admit(onlooker('carol').each)).toBeUndefined()
  expect(new LiveTerminal().admit(onlooker('dave').each)).toBeUndefined()
  expect(live.lock(true, 'root')).toBe(false)
})

test('the thirty-third onlooker is not let in', () => {
  const { live } = running()
  const places = Array.from({ length: 33 }, (_, at) => live.admit(onlooker(`n${at}`).each))
  expect(places.filter(Boolean).length).toBe(32)
})
