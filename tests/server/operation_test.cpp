// What those ask for who run the server: TLS, figures, logs, readiness; and what it does under load.
#include "server/running_server.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <atomic>
#include <cstdio>
#include <future>
#include <iostream>
#include <mutex>
#include <regex>

namespace echollama::server {
namespace {

// A certificate for "localhost" that nobody else has signed, and its key.
void write_certificate(std::filesystem::path const& certificate, std::filesystem::path const& key) {
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> const pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
    std::unique_ptr<X509, decltype(&X509_free)> const x509(X509_new(), X509_free);
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), pair.get());
    auto* name = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>("localhost"), -1, -1,
                               0);
    X509_set_issuer_name(x509.get(), name);
    X509_sign(x509.get(), pair.get(), EVP_sha256());
    for (auto const& [path, write] :
         {std::pair<std::filesystem::path, std::function<void(std::FILE*)>>{
              certificate, [&](std::FILE* file) { PEM_write_X509(file, x509.get()); }},
          {key,
           [&](std::FILE* file) { PEM_write_PrivateKey(file, pair.get(), nullptr, nullptr, 0, nullptr, nullptr); }}}) {
        auto* file = std::fopen(path.c_str(), "w");
        ASSERT_TRUE(file);
        write(file);
        std::fclose(file);
    }
}

TEST(Tls, ClientsComeByHttpsAndWssWithTheCertificateThatWasGiven) {
    test::TempDir const dir;
    write_certificate(dir / "cert.pem", dir / "key.pem");
    write_certificate(dir / "other.pem", dir / "other_key.pem");
    test::FakeModels const models;
    Engine engine(models.engine_models());
    ServiceOptions options;
    options.port = 0;
    options.tls_certificate = dir / "cert.pem";
    EXPECT_THROW(Service(engine, options), UsageError) << "a certificate without its key";
    options.tls_key = dir / "other_key.pem";
    EXPECT_THROW(Service(engine, options), Error) << "another's key";
    options.tls_key = dir / "none.pem";
    EXPECT_THROW(Service(engine, options), Error);
    options.tls_key = dir / "key.pem";
    Service service(engine, options);
    std::jthread const thread([&](std::stop_token stop) { service.run(stop); });
    httplib::SSLClient client("localhost", service.port());
    client.set_ca_cert_path((dir / "cert.pem").c_str());
    auto const asked = [&] {
        for (int i = 0; i < 200; ++i) {
            if (auto reply = client.Get("/v1/models")) {
                return reply->status;
            }
            std::this_thread::sleep_for(10ms);
        }
        return 0;
    };
    EXPECT_EQ(asked(), 200);
    client.set_ca_cert_path((dir / "other.pem").c_str());
    httplib::SSLClient stranger("localhost", service.port());
    stranger.set_ca_cert_path((dir / "other.pem").c_str());
    EXPECT_FALSE(stranger.Get("/v1/models")) << "it is checked";
    httplib::Client plain("localhost", service.port());
    EXPECT_FALSE(plain.Get("/v1/models")) << "nothing is answered in the clear";
    httplib::ws::WebSocketClient socket("wss://localhost:" + std::to_string(service.port()) + "/v1/realtime");
    socket.set_ca_cert_path((dir / "cert.pem").string());
    ASSERT_TRUE(socket.connect());
    std::string message;
    ASSERT_EQ(socket.read(message), httplib::ws::Text);
    EXPECT_EQ(json::parse(message).at("type"), "session.created");
}

TEST(Readiness, TheServerIsReadyWhenItsModelsAreLoaded) {
    test::FakeModels const models;
    auto engine_models = models.engine_models();
    std::promise<std::shared_ptr<Describer>> loading;
    engine_models.describer = loading.get_future().share();
    Engine engine(std::move(engine_models));
    ServiceOptions options;
    options.port = 0;
    Service service(engine, options);
    std::jthread thread([&](std::stop_token stop) { service.run(stop); });
    httplib::Client client("127.0.0.1", service.port());
    auto const status = [&](char const* path) {
        for (int i = 0; i < 200; ++i) {
            if (auto const reply = client.Get(path)) {
                return reply->status;
            }
            std::this_thread::sleep_for(10ms);
        }
        return 0;
    };
    EXPECT_EQ(status("/health"), 200) << "it lives";
    EXPECT_EQ(status("/ready"), 503);
    loading.set_value(models.describer);
    EXPECT_EQ(status("/ready"), 200);
}

class LoggingServer : public Server {
  protected:
    LoggingServer() : Server(logging(lines_, mutex_)) {}
    static ServiceOptions logging(std::vector<std::string>& lines, std::mutex& mutex) {
        ServiceOptions options;
        options.log = [&](std::string const& line) {
            std::lock_guard lock(mutex);
            lines.push_back(line);
        };
        return options;
    }
    static inline std::vector<std::string> lines_;
    static inline std::mutex mutex_;
};

TEST_F(LoggingServer, LogsAndFiguresTellWhatWasDoneAndNothingOfWhatWasSaid) {
    post("/v1/chat/completions", {{"messages", {{{"role", "user"}, {"content", "my secret"}}}}});
    stream("/v1/audio/speech", {{"input", "my secret"}, {"response_format", "pcm"}});
    client_->Get("/my-secret?token=my-secret");
    auto const figures = client_->Get("/metrics")->body;
    std::string log;
    {
        std::lock_guard lock(mutex_);
        for (auto const& line : lines_) {
            auto const entry = json::parse(line);
            EXPECT_TRUE(std::regex_match(entry.at("time").get<std::string>(),
                                         std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
            EXPECT_GE(entry.at("ms"), 0);
            log += line + "\n";
        }
    }
    EXPECT_NE(log.find(R"("method":"POST","route":"/v1/chat/completions","status":200)"), std::string::npos) << log;
    EXPECT_NE(log.find(R"("method":"GET","route":"other","status":404)"), std::string::npos) << log;
    for (auto const& text : {log, figures}) {
        EXPECT_EQ(text.find("secret"), std::string::npos) << text;
    }
    for (auto const* wanted :
         {"echollama_http_requests_total{route=\"/v1/chat/completions\",code=\"200\"} 1\n",
          "echollama_http_request_duration_seconds_count{route=\"/v1/audio/speech\"} 1\n",
          "echollama_stage_duration_seconds_bucket{stage=\"describer\",le=\"+Inf\"} 1\n",
          "echollama_time_to_first_audio_seconds_count 1\n", "echollama_pieces_generated_total 4\n",
          "echollama_real_time_factor{stage=\"voice\"}", "echollama_realtime_sessions 0\n"}) {
        EXPECT_NE(figures.find(wanted), std::string::npos) << wanted << "\n" << figures;
    }
    // Each line is a comment or "name{labels} number", and the last one ends.
    std::regex const sample(R"(echollama_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)");
    std::istringstream lines(figures);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_TRUE(line.starts_with("# HELP ") || line.starts_with("# TYPE ") || std::regex_match(line, sample))
            << line;
    }
    EXPECT_TRUE(figures.ends_with("\n"));
}

TEST_F(Server, TheFirstSoundIsSentBeforeAnyMoreIsMade) {
    for (std::string const format : {"pcm", "wav", "flac", "opus", "mp3"}) {
        models_.speaker->noise = true;
        std::promise<void> received;
        bool waited = true;
        models_.speaker->after_first = [&] {
            waited = received.get_future().wait_for(10s) == std::future_status::ready;
        };
        std::size_t header = 0;
        std::chrono::steady_clock::time_point came;
        auto const reply = client_->Post(
            "/v1/audio/speech", {}, json{{"input", std::string(60, 'a') + "."}, {"response_format", format}}.dump(),
            "application/json", [&](char const*, std::size_t length) {
                header += length;
                bool const sound = header > 500; // more than what any format says before its sound
                if (sound && came == std::chrono::steady_clock::time_point()) {
                    came = std::chrono::steady_clock::now();
                    received.set_value();
                }
                return true;
            });
        ASSERT_TRUE(reply) << format;
        EXPECT_TRUE(waited) << format << ": nothing was sent until more was made";
        auto const took = came - models_.speaker->first_made.load();
        RecordProperty(format + "_us",
                       static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
        EXPECT_LT(took, 2s) << format;
        if (std::getenv("ECHOLLAMA_MEASURE")) {
            std::cout << format << ": first bytes " << std::chrono::duration<double, std::milli>(took).count()
                      << " ms after the first samples were made\n";
        }
    }
    models_.speaker->after_first = {};
}

TEST_F(Server, FiftyClientsAtOnceGetTheirOwnAnswersOfEveryKind) {
    std::atomic<int> right = 0;
    std::vector<std::jthread> clients;
    constexpr int many = 50, turns = 6;
    for (int i = 0; i < many; ++i) {
        clients.emplace_back([&, i] {
            httplib::Client client("127.0.0.1", service_->port());
            client.set_read_timeout(60s);
            for (int turn = 0; turn < turns; ++turn) {
                auto const name = "number " + std::to_string(i) + " turn " + std::to_string(turn);
                json const chat{{"messages", {{{"role", "user"}, {"content", name}}}}, {"stream", turn % 2 == 0}};
                auto const ask = [&] {
                    switch (turn % 3) {
                    case 0:
                        return client.Post("/v1/chat/completions", chat.dump(), "application/json");
                    case 1:
                        return client.Post("/v1/audio/speech", R"({"input":"Mind the step.","response_format":"pcm"})",
                                           "application/json");
                    default:
                        return client.Get("/metrics");
                    }
                };
                auto reply = ask();
                while (reply && reply->status == 503) { // more than may wait
                    std::this_thread::sleep_for(5ms);
                    reply = ask();
                }
                bool const own = turn % 3 != 0 || (reply && reply->body.find(name + ".") != std::string::npos);
                right += reply && reply->status == 200 && own;
            }
        });
    }
    clients.clear();
    EXPECT_EQ(right, many * turns);
    EXPECT_EQ(models_.describer->most_at_once, 1);
}

} // namespace
} // namespace echollama::server
