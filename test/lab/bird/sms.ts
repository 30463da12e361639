// How many text messages a text is: https://docs.bird.com/api/channels-api/supported-channels/programmable-sms, by 3GPP TS 23.038.
const basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
const extended = '\f^{}\\[~]|€' // each takes two

export const segmentsOf = (text: string): number => {
  const letters = Array.from(text)
  const isGsm = letters.every((letter) => basic.includes(letter) || extended.includes(letter))
  const length = isGsm ? letters.length + letters.filter((letter) => extended.includes(letter)).length : text.length
  const [alone, each] = isGsm ? [160, 153] : [70, 67]
  return length <= alone ? 1 : Math.ceil(length / each)
}
