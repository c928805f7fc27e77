export const readRate = () => 0n
