/** `code` of a system error (`ENOSPC`, errno(3)), if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

export const isMissingFile = (error: unknown): boolean => systemCode(error) === 'ENOENT'
