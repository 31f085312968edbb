/** Runs two works at the same time, of which each waits for other things. Both have ended when this returns or throws. */
export async function sideBySide<First, Second>(
  signal: AbortSignal | undefined,
  first: (signal: AbortSignal) => Promise<First>,
  second: (signal: AbortSignal) => Promise<Second>,
): Promise<readonly [First, Second]> {
  const failure = new AbortController()
  const either = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal])
  const works = [first(either), second(either)] as const
  try {
    return await Promise.all(works)
  } catch (error) {
    failure.abort(error)
    await Promise.allSettled(works)
    throw error
  }
}
