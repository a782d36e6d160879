// Reference numbers for CenterNet: runs the original graph in TensorFlow.js (float32, its plain JavaScript backend) and
// stores strided samples of what the tests compare.
//
//   npm install @tensorflow/tfjs pngjs          (reference made with 4.22.0 and 7.0.0, Node 20)
//   node centernet_reference.mjs PACKAGE/models/centernet.json astronaut.png > tests/data/centernet_tfjs.tsv
import * as tf from '@tensorflow/tfjs';
import { loadGraph, noise, photo, printSamples } from './tfjs_reference.mjs';

const [graphFile, photoFile] = process.argv.slice(2);
const { graph, model } = await loadGraph(graphFile);

const names = new Set(graph.modelTopology.node.map((node) => node.name));
const taps = {};
for (let i = 0; i < 15; ++i) {
  const root = `tower_0/MobilenetV3/expanded_conv${i ? `_${i}` : ''}`;
  taps[`block.${i}`] = names.has(`${root}/add`) ? `${root}/add` : `${root}/project/BatchNorm/FusedBatchNorm`;
}
taps.extern = 'tower_0/extern1/hard_swish/mul_1';
taps['merge.c4'] = 'tower_0/CenternetHead/Relu';
taps['merge.c3'] = 'tower_0/CenternetHead/Relu_1';
taps['merge.c2'] = 'tower_0/CenternetHead/Relu_2';
taps.heat = 'tower_0/keypoints';
taps.sides = 'tower_0/wh';
taps.detections = 'tower_0/detections';

for (const [input, values] of [['noise', noise('input', 512 * 512 * 3)], ['astronaut', photo(photoFile, 512)]]) {
  const results = model.execute(tf.tensor(values, [1, 512, 512, 3]), Object.values(taps));
  Object.keys(taps).forEach((tap, i) => {
    const all = results[i].dataSync();
    const wanted = tap === 'detections' ? all.length : tap === 'heat' || tap === 'sides' ? 3000 : 300;
    printSamples(input, tap, results[i].shape, all, wanted);
  });
}
