import { useEffect, useState } from 'react'

// Asks again while the card is open. HubSpot takes a card away with its tab but says nothing of a reader who left,
// so it rests after five minutes in which nothing changed: all cards of an account share 20 questions at a time.
const everyMs = 20_000
const mostBeats = 15

export const usePulse = (beat: () => Promise<void>, { sign, isOn }: { sign: string; isOn: boolean }): { isResting: boolean; wake(): void } => {
  const [beats, setBeats] = useState(0)
  const [seen, setSeen] = useState(sign)
  const isResting = beats >= mostBeats
  if (seen !== sign) {
    setSeen(sign)
    setBeats(0)
  }
  useEffect(() => {
    if (!isOn || isResting) return undefined
    const timer = setInterval(() => {
      setBeats((before) => before + 1)
      void beat()
    }, everyMs)
    return () => clearInterval(timer)
  }, [beat, isOn, isResting])
  const wake = (): void => {
    setBeats(0)
    void beat()
  }
  return { isResting, wake }
}
