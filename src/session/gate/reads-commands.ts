import { partsOf } from '../../policy/rules/parts.ts'

const SHELL = /^(?:\S*\/)?(?:ba|z|da|k|lk|mk|pdk|ok|a|ra|r|rba|fi|c|tc|po)?sh$/
/** They begin a shell of their own when they are given nothing to run. */
const ALSO = /^(?:\S*\/)?(?:su|newgrp|sg|script)$/
const SUDO = /^(?:\S*\/)?(?:sudo|doas)$/
const STDIN = /^(?:-|\/dev\/stdin|\/dev\/fd\/0|\/proc\/(?:self|\$\$)\/fd\/0)$/
/** Options of shells that take the next word. */
const WITH_ARGUMENT = /^(?:[-+][a-zA-Z]*[oO]|--(?:rcfile|init-file|init-command))$/
const RUNS_ARGUMENT = /^(?:-[a-zA-Z]*c[a-zA-Z]*|--command(?:=.*)?)$/

/**
 * Whether something in this command runs what it reads: a shell without `-c` and without a file, anywhere in it
 * (`exec sh`, `sudo bash`, `cat | sh`, `bash -s x`). In doubt it does. An interpreter of another language, and what a
 * script makes of its input, are not found.
 */
export function readsCommands(command: string): boolean {
  try {
    return partsOf(command).some((part) => readsAsPart(part.split(/\s+/)))
  } catch {
    return true // too many parts to be looked at
  }
}

function readsAsPart(words: readonly string[]): boolean {
  if (/^(?:\.|source)$/.test(words[0] ?? '') && STDIN.test(words[1] ?? '')) return true
  return words.some((word, index) => {
    const rest = words.slice(index + 1)
    if (SHELL.test(word)) return !hasProgram(rest)
    if (ALSO.test(word)) return !rest.some((each) => RUNS_ARGUMENT.test(each))
    return SUDO.test(word) && rest.some((each) => /^(?:-[a-zA-Z]*[is]|--login|--shell)$/.test(each))
  })
}

/** The words behind a shell name what it runs. */
function hasProgram(words: readonly string[]): boolean {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (STDIN.test(word) || /^\d*[<>&]/.test(word)) return false
    if (RUNS_ARGUMENT.test(word)) return true
    if (/^-[a-zA-Z]*s[a-zA-Z]*$/.test(word)) return false
    if (WITH_ARGUMENT.test(word)) at++
    else if (word !== '' && !/^[-+]/.test(word)) return true
  }
  return false
}
