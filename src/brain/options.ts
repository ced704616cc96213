export type BrainActivation = 'sigmoid' | 'relu' | 'leaky-relu' | 'tanh';
export interface TrainOptions { praxis?: 'adam'; beta1: number; beta2: number; epsilon: number; learningRate: number; momentum: number; errorThresh: number }
