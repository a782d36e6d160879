// Reference numbers for NanoDet: runs the original graph in TensorFlow.js (float32, its plain JavaScript backend) and stores strided
// samples of what the tests compare.
//
//   npm install @tensorflow/tfjs pngjs          (reference made with 4.22.0 and 7.0.0, Node 20)
//   node nanodet_reference.mjs PACKAGE/models/nanodet.json astronaut416.png > tests/data/nanodet_tfjs.tsv
//
// astronaut416.png is the sample photo resized to 416x416 (Pillow's bilinear). All tensors are written channel-last, the input is
// given as red, green, blue.
import * as tf from '@tensorflow/tfjs';
import { loadGraph, noise, photo, printSamples } from './tfjs_reference.mjs';

const [graphFile, photoFile] = process.argv.slice(2);
const { model } = await loadGraph(graphFile);
const size = 416;
const mean = [103.53, 116.28, 123.675], std = [57.375, 57.12, 58.395]; // blue, green, red

const node = (name) => `PartitionedCall/onnx_tf_prefix_${name}`;
const planes = {
  stem: node('LeakyRelu_1'),
  'stage.0': node('Concat_12'), 'stage.1': node('Concat_27'), 'stage.2': node('Concat_42'), 'stage.3': node('Concat_62'),
  'level.0': node('Add_107'), 'level.1': node('Add_128'), 'level.2': node('Add_149'),
};
const heads = { 'scores.0': 'Identity', 'scores.1': 'Identity_1', 'scores.2': 'Identity_2',
  'boxes.0': 'Identity_3', 'boxes.1': 'Identity_4', 'boxes.2': 'Identity_5' };

for (const [input, values] of [['noise', noise('input', size * size * 3)], ['astronaut', photo(photoFile, size)]]) {
  const picture = tf.tensor(values, [1, size, size, 3]).reverse(3).sub(mean).div(std).transpose([0, 3, 1, 2]);
  const results = model.execute(picture, [...Object.values(planes), ...Object.values(heads)]);
  Object.keys(planes).forEach((tap, i) => {
    const last = results[i].transpose([0, 2, 3, 1]);
    printSamples(input, tap, last.shape, last.dataSync(), 200);
  });
  Object.keys(heads).forEach((tap, i) => {
    const result = results[Object.keys(planes).length + i];
    printSamples(input, tap, result.shape, result.dataSync(), 700);
  });
}
