import { expect, test } from 'vitest'
import { Haystack } from '../../../src/menu/haystack.ts'

const found = (haystack: Haystack, word: string): number[] => {
  const numbers: number[] = []
  haystack.each(word, (number) => numbers.push(number))
  return numbers
}

test('of many texts exactly those are found that have the word, each once and in order', () => {
  const texts = Array.from({ length: 2_501 }, (_, n) =>
    n % 7 === 0 ? '' : `web-${n * 7919} 主机 a${n % 13}a`,
  )
  const haystack = new Haystack()
  for (const text of texts) haystack.add(text)
  for (const word of ['web', '91', 'a1', '主机', 'a12a', 'web-7919 ', '-', 'nothing']) {
    const expected = texts.flatMap((text, number) => (text.includes(word) ? [number] : []))
    expect(found(haystack, word)).toEqual(expected)
  }
  expect(haystack.count).toBe(2_501)
})

test('nothing is found across the border of two texts, whatever is in them', () => {
  const haystack = new Haystack()
  for (const text of ['ab', 'cd', 'e\0f', '']) haystack.add(text)
  for (const word of ['bc', 'b\0c', '\0']) expect(found(haystack, word)).toEqual([])
  expect(found(haystack, 'ef')).toEqual([2])
  haystack.add('later ab')
  expect(found(haystack, 'ab')).toEqual([0, 4])
})
