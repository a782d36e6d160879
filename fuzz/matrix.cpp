// The paper's grid text; what is understood can be written and understood again.
#include "fuzz.h"
#include "scene/grid.h"

#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    Scene scene;
    scene.width = 600, scene.height = 400;
    SceneGrid const empty = make_grid(scene, 0);
    SceneGrid full = empty;
    full.cells[0][0] = {{"potted plant", 0.95, 48, 101, 74.5101}, {"chair", 1, 60, 90, 0}};
    full.cells[1][2] = {{"cup", 0.5, 590, 399, 255}};
    return {bytes_of(matrix_text(empty)), bytes_of(matrix_text(full))};
}

void run(Input input) {
    auto const text = matrix_text(parse_matrix(std::string(text_of(input))));
    if (matrix_text(parse_matrix(text)) != text) {
        throw std::logic_error("the text of a matrix is understood as another matrix");
    }
}

} // namespace echollama::fuzz
