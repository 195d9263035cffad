import { expect, test } from 'vitest'
import { decide, expanded, withoutRight } from '../../../../src/audit/commands/reading.ts'

const sure = (text: string) => ({ text, sure: true })

test('what the keys and the screen agree on is read from the screen', () => {
  expect(decide(sure('ls -l '), 'ls -l', true)).toEqual({ text: 'ls -l', confidence: 'screen' })
})

test('the keys are taken where the screen shows them all with noise between', () => {
  expect(decide(sure('ls -l /tmp'), 'ls -\n[1]+ Done\nl /tmp', true)?.text).toBe('ls -l /tmp')
})

test('an unsure line is what the screen shows', () => {
  expect(decide({ text: 'l', sure: false }, 'ls -la', false)).toEqual({
    text: 'ls -la',
    confidence: 'screen',
  })
})

test('a line editor may have replaced what was typed; then the screen holds and the record is marked', () => {
  expect(decide(sure('gst'), 'git status', true)).toEqual({ text: 'git status', confidence: 'typed' })
})

test.each([
  ['hunter2', ''],
  ['hunter2', '*******'],
  ['hunter2', '•••'],
  ['hunter2', 'Sorry, try again.'],
])('%j that was shown as %j without a line editor is no command', (keys, shown) => {
  expect(decide(sure(keys), shown, false)).toBeUndefined()
})

test('masked or unseen text is no command in a line editor either', () => {
  expect(decide(sure('hunter2'), '', true)).toBeUndefined()
  expect(decide(sure('hunter2'), '*******', true)).toBeUndefined()
})

test('a right prompt is cut, a word that only looks like it is not', () => {
  expect(withoutRight('ls -l          12:03', '12:03')).toBe('ls -l')
  expect(withoutRight('echo 12:03', '12:03')).toBe('echo 12:03')
})

test('a history expansion is the line that was printed, if it can come from it', () => {
  expect(expanded('sudo !!', 'sudo ls -l')).toBe('sudo ls -l')
  expect(expanded('echo !$ x', 'echo /tmp x')).toBe('echo /tmp x')
  expect(expanded('echo !$ x', 'something else')).toBeUndefined()
  expect(expanded('echo hi!', 'hi!')).toBeUndefined()
})
