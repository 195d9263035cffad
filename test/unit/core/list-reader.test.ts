import { expect, test } from 'vitest'
import { ListReader } from '../../../src/core/list-reader.ts'

/** What is read of a text that comes in pieces of so many characters, and the items that were told. */
function read(text: string, size = text.length) {
  const told: unknown[] = []
  const reader = new ListReader((item, list) => {
    told.push([list, item])
    return item
  })
  for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size))
  return { value: reader.end(), told }
}

const TEXTS = [
  '[]',
  ' [ ] ',
  '[1]',
  '[{"a":[1,2,{"b":"]},["}]},{"c":"\\"\\\\"}, "x" , null,[[],[{}]]]',
  '{"count":2,"next":null,"results":[{"id":"1","tags":["a,b"]},{"id":"2"}],"previous":null}',
  '{"results" : [ ] , "count" : 0}',
  '[{"name":"n","assets_granted":[{"id":"1","p":["ssh/22"]},{"id":"2"}]},{"assets_granted":[]}]',
  '{"detail":"Not found."}',
  '"text"',
  ' null ',
  '[{"comment":"前端\\n\\"results\\":[1,2]"}]',
  '{"x\\"results":[1],"results":{"results":[1]}}',
]

test.each(TEXTS)('%s is read as JSON.parse reads it, wherever it is cut', (text) => {
  for (const size of [1, 2, 3, 7, text.length]) expect(read(text, size).value).toEqual(JSON.parse(text))
})

test('items are told one by one, with the name of their list, the inner ones first', () => {
  expect(read('{"results":[1,{"a":2}]}').told).toEqual([
    ['results', 1],
    ['results', { a: 2 }],
  ])
  expect(read('[{"assets_granted":[1]}]').told).toEqual([
    ['assets_granted', 1],
    ['', { assets_granted: [1] }],
  ])
})

test('what is made of an item stands in its place', () => {
  const reader = new ListReader((item, list) => (list === '' ? item : `made of ${String(item)}`))
  reader.push('[{"assets_granted":[1,2]}]')
  expect(reader.end()).toEqual([{ assets_granted: ['made of 1', 'made of 2'] }])
})

test('an item is told as soon as its text is complete', () => {
  const told: unknown[] = []
  const reader = new ListReader((item) => told.push(item))
  reader.push('[1,2')
  expect(told).toEqual([1])
  reader.push(',')
  expect(told).toEqual([1, 2])
})

test.each([
  '',
  '[',
  '[1',
  '[1,]',
  '[,1]',
  '[1 2]',
  '[1]]',
  '[1}]',
  '{"results":[1}',
  '[]x',
  '[tru]',
  '{',
  '}',
  '"a',
])('%j is no JSON', (text) => {
  for (const size of [1, 5]) expect(() => read(text, size)).toThrow(SyntaxError)
})

test('one item longer than 1 MB is refused: it would block as a whole list does', () => {
  expect(() => read(`["${'x'.repeat(1024 * 1024)}"]`)).toThrow('longer than 1 MB')
})
