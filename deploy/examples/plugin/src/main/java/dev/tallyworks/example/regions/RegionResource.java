package dev.tallyworks.example.regions;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;

/** {@code GET /api/v1/plugins/regions}: how many events the process has recorded of each region. */
@Path("/api/v1/plugins/regions")
public class RegionResource {
    private final RegionPlugin plugin;

    RegionResource(RegionPlugin plugin) {
        this.plugin = plugin;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Map<String, Long> regions() {
        return plugin.recorded();
    }
}
