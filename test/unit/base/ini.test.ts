import { describe, expect, test } from 'vitest'
import { IniError, parseIni } from '../../../src/base/ini.ts'

const readValue = (text: string, key = 'key'): string | undefined =>
  parseIni(text, 'a.ini').sections[0]?.entries.get(key)?.value

function faultOf(text: string): IniError {
  try {
    parseIni(text, 'a.ini')
  } catch (fault) {
    if (fault instanceof IniError) return fault
    throw fault
  }
  throw new Error('nothing was refused')
}

describe('a value is what it looks like', () => {
  test.each([
    ['key = plain', 'plain'],
    ['key=plain', 'plain'],
    ['key =', ''],
    ['key = true', 'true'],
    ['key = null', 'null'],
    ['key = 007', '007'],
    ['key = a=b=c', 'a=b=c'],
    ['key = a b  c', 'a b  c'],
    ['key = C:\\dir\\\\x', 'C:\\dir\\\\x'],
    ['key = "ab#cd;e"', 'ab#cd;e'],
    ["key = 'ab#cd;e'", 'ab#cd;e'],
    ['key = " padded "', ' padded '],
    ['key = "a \\"word\\" \\\\ \\u4e2d"', 'a "word" \\ 中'],
    ["key = 'C:\\dir'", 'C:\\dir'],
    ['key = "true"', 'true'],
    ["key = '7'", '7'],
    ['key = "quoted" ; a comment', 'quoted'],
    ['key = don\'t "cut" me', 'don\'t "cut" me'],
    ['key = 密码', '密码'],
    ['\ufeffkey = after a BOM', 'after a BOM'],
    ['key = crlf\r\nother = 1\r\n', 'crlf'],
    ['# comment\n; comment\n\n  key = indented', 'indented'],
  ])('%j gives %j', (text, value) => {
    expect(readValue(text)).toBe(value)
  })

  test('a key named __proto__ is a key like any other', () => {
    expect(readValue('__proto__ = x\nconstructor = y', '__proto__')).toBe('x')
    expect(readValue('__proto__ = x\nconstructor = y', 'constructor')).toBe('y')
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })
})

describe('sections', () => {
  test('keep the dots of a host name, their order and their lines', () => {
    const { sections } = parseIni(
      'top = 1\n[asset web-01.example.com]\r\nip = 10.0.0.1\n\n[__proto__]\na=1',
      'a.ini',
    )
    expect(sections.map(({ name, line }) => [name, line])).toEqual([
      ['', 1],
      ['asset web-01.example.com', 2],
      ['__proto__', 5],
    ])
    expect(sections[1]?.entries.get('ip')).toEqual({ value: '10.0.0.1', line: 3 })
  })

  test('may carry a comment and blanks inside the brackets', () => {
    expect(parseIni('[ user ada ] # she', 'a.ini').sections[1]?.name).toBe('user ada')
  })
})

describe('what cannot be read without guessing is refused with its line', () => {
  test.each([
    ['\n\nkey = ab#cd', 3, 'outside quotes'],
    ['key = ab ; comment', 1, 'outside quotes'],
    ['key = ab\\#cd', 1, 'outside quotes'],
    ['key = "ab', 1, 'quotes do not end'],
    ['key = "ab" cd', 1, 'quotes do not end'],
    ["key = 'it's'", 1, 'quotes do not end'],
    ['key = "a\\qb"', 1, 'backslash'],
    ['a = 1\r\nkey = 2\r\na = 3', 3, 'a is given already, in line 1'],
    ['[a]\n[b]\n[a]', 3, '[a] is there already, in line 1'],
    ['[a', 1, 'no section header'],
    ['[]', 1, 'no section header'],
    ['[a] b', 1, 'no section header'],
    ['just words', 1, 'no "="'],
    ['= value', 1, 'no key'],
    ['two words = value', 1, 'no key'],
    ['key = a\u001b[31m', 1, 'control character'],
  ])('%j is refused in line %i: %s', (text, line, message) => {
    const fault = faultOf(text)
    expect(fault.problems).toHaveLength(1)
    expect(fault.problems[0]?.line).toBe(line)
    expect(fault.message).toContain(`a.ini:${line}: `)
    expect(fault.message).toContain(message)
    expect(fault.problems[0]?.next).not.toBe('')
  })

  test('several faults are told at once', () => {
    expect(faultOf('a = #\nb = 1\nb = 2\nc').problems.map(({ line }) => line)).toEqual([1, 3, 4])
  })

  test('the value is never in the message: it may be a secret', () => {
    expect(faultOf('password = hunter2#x').message).not.toContain('hunter2')
    expect(faultOf('hunter2').message).not.toContain('hunter2')
  })
})
