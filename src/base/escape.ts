// C0 and C1 controls, DEL, and the Unicode bidirectional controls: what could move a cursor, colour a log or turn a
// line around (CVE-2003-0063, CVE-2021-42574).
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

const visible = (char: string): string => {
  const code = char.codePointAt(0) ?? 0
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}

/** Makes text from users, assets or core safe to print on a terminal or in a log, on one line. */
export const escapeControls = (text: string): string => text.replace(UNSAFE, visible)

/** The same, but each control becomes a blank: for names and comments in tables. */
export const blankControls = (text: string): string => text.replace(UNSAFE, ' ')
