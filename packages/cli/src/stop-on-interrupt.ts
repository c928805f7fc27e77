/** The first interrupt lets what is in flight end, and says so; a second one ends the process at once, which loses nothing either. */
export function stopOnInterrupt(saying: string) {
  const state = { asked: false }
  const ask = (): void => {
    state.asked = true
    console.error(saying)
  }
  process.once('SIGINT', ask).once('SIGTERM', ask)
  return {
    get asked() {
      return state.asked
    },
    forget: () => process.off('SIGINT', ask).off('SIGTERM', ask),
  }
}
