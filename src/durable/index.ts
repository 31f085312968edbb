/**
 * What survives a crash: the one way through which every durable step goes, and files that are replaced whole.
 *
 * May import: node. Start reading at `durably.ts`.
 */
export { type DurableStep, durableSteps, durably } from './durably.ts'
export { replaceFile, syncFile, syncFolder, takeName } from './replace-file.ts'
export { maximumSlotValue, type SlotContent, TwoSlots } from './two-slots.ts'
