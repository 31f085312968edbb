/** Answers that were asked for lately. Two that ask at the same time wait for one; a failure is asked for again. */
export class RecentAnswers<Value> {
  readonly #answers = new Map<string, Promise<Value>>()
  readonly #maximum: number

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  get(name: string, ask: () => Promise<Value>): Promise<Value> {
    const answer = this.#answers.get(name) ?? ask()
    this.#answers.delete(name)
    this.#answers.set(name, answer)
    answer.catch(() => {
      if (this.#answers.get(name) === answer) this.#answers.delete(name)
    })
    const [oldest] = this.#answers.keys()
    if (this.#answers.size > this.#maximum && oldest !== undefined) this.#answers.delete(oldest)
    return answer
  }

  clear(): void {
    this.#answers.clear()
  }
}
