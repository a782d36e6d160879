// Camera files: Open3D's JSON, plain JSON, Middlebury's calib.txt, the YAML of ROS and OpenCV.
#include "media/depth/camera_file.h"

#include "fuzz.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of(R"({"width":640,"height":480,"intrinsic_matrix":[525,0,0,0,525,0,319.5,239.5,1]})"),
            bytes_of(R"({"fx":525,"fy":525,"cx":319.5,"cy":239.5,"width":640,"height":480,"baseline_m":0.1})"),
            bytes_of("cam0=[3979.911 0 1244.772; 0 3979.911 1019.507; 0 0 1]\n"
                     "cam1=[3979.911 0 1369.115; 0 3979.911 1019.507; 0 0 1]\n"
                     "doffs=124.343\nbaseline=193.001\nwidth=2964\nheight=2000\nndisp=270\n"),
            bytes_of("image_width: 640\nimage_height: 480\ncamera_name: kinect\ncamera_matrix:\n  rows: 3\n  cols: 3\n"
                     "  data: [525, 0, 319.5, 0, 525, 239.5, 0, 0, 1]\n")};
}

void run(Input input) {
    parse_camera_file(text_of(input), "input").scaled_to(320, 240);
}

} // namespace echollama::fuzz
