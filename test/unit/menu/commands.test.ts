import { expect, test } from 'vitest'
import { parseCommand } from '../../../src/menu/commands.ts'

test.each([
  ['', { kind: 'nothing' }],
  ['   ', { kind: 'nothing' }],
  ['p', { kind: 'all' }],
  ['P', { kind: 'all' }],
  ['12', { kind: 'number', number: 12, text: '12' }],
  [' 7 ', { kind: 'number', number: 7, text: '7' }],
  ['10.1.2.3', { kind: 'find', text: '10.1.2.3' }],
  ['99999999999999999999', { kind: 'find', text: '99999999999999999999' }],
  ['web 01', { kind: 'find', text: 'web 01' }],
  ['pp', { kind: 'find', text: 'pp' }],
  ['/web cn', { kind: 'search', text: 'web cn' }],
  ['/', { kind: 'search', text: '' }],
  ['/前端', { kind: 'search', text: '前端' }],
  ['h', { kind: 'help' }],
  ['?', { kind: 'help' }],
  ['r', { kind: 'refresh' }],
  ['s', { kind: 'language' }],
  ['g', { kind: 'nodes' }],
  ['G12', { kind: 'node', number: 12 }],
  ['//cn north', { kind: 'narrow', text: 'cn north' }],
  ['l', { kind: 'last' }],
  ['!!', { kind: 'last' }],
  ['f', { kind: 'pick' }],
  ['*', { kind: 'favourites' }],
  ['*3', { kind: 'favourite', text: '3' }],
  ['* web-01', { kind: 'favourite', text: 'web-01' }],
  ['gate', { kind: 'find', text: 'gate' }],
  ['q', { kind: 'quit' }],
  ['EXIT', { kind: 'quit' }],
  ['n', { kind: 'find', text: 'n' }],
  ['b', { kind: 'find', text: 'b' }],
])('%j means %j', (line, command) => {
  expect(parseCommand(line, false)).toEqual(command)
})

test.each([
  ['n', 'next'],
  ['P', 'previous'],
  ['b', 'back'],
  ['q', 'quit'],
  ['3', 'number'],
])('in a list of several pages %j means %s', (line, kind) => {
  expect(parseCommand(line, true).kind).toBe(kind)
})
