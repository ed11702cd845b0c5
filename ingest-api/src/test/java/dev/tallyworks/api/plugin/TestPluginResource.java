package dev.tallyworks.api.plugin;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

@Path("/api/v1/plugins/test")
public class TestPluginResource {
    private final TestPlugin plugin;

    TestPluginResource(TestPlugin plugin) {
        this.plugin = plugin;
    }

    @GET
    @Operation(summary = "Tell what the plugin was told of the application")
    @APIResponse(responseCode = "200", description = "Told")
    public String told() {
        return plugin.told.get(0);
    }
}
